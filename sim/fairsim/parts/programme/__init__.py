"""The programme: sessions laid into rooms and slots, and how they are held."""
