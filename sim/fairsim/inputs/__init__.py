"""What is played: parameters, scenarios, plans and the tables behind them."""
