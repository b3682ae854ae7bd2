// Every word that the page shows, in both languages. Keys of figures are those of seeds/figures.csv.

export type Language = "en" | "zh";

const en = {
  locale: "en-GB",
  other_language: "中文",
  other_language_title: "以中文显示",

  choose_run: "Run",
  latest_run: "Latest: {run}",
  run: "{scenario}, seed {seed}",
  run_scaled: "{scenario}, seed {seed}, scale {scale}",
  run_since: "{run} · {time}",
  run_absent: "{run} (not kept here)",

  beijing: "Beijing",
  phase_before: "before the opening",
  phase_open: "fair open",
  phase_closed: "fair closed",
  phase_ended: "run ended",

  feed_idle: "Waiting for a run",
  feed_connecting: "Connecting",
  feed_lost: "Connection lost at {time}, trying again",
  feed_live: "Live",
  feed_stale: "No news since {time}",
  feed_reset: "Starting over",
  feed_ended: "Ended",

  empty_title: "No fair is running yet",
  empty_remedy: "Start one in a terminal:",
  empty_follows: "This page will follow it by itself.",
  absent_title: "There is no run {run} here",
  absent_remedy: "Choose another above, or start one:",
  waiting_title: "Waiting for the backend",
  waiting_remedy: "It does not answer. It starts with any run:",

  overview: "How the fair is going",
  key_simulated: "simulated",
  key_reported: "reported",
  of_reported: "of {value} reported",
  of_reported_gt: "of more than {value} reported",
  of_reported_lt: "of fewer than {value} reported",
  of_reported_about: "of about {value} reported",
  role_input: "given",
  role_calibrated: "calibrated",
  role_held_out: "held out",

  tile_organisations: "Organisations",
  tile_online: "Visitors online",
  tile_negotiations: "Negotiations initiated",
  tile_overseas: "of these overseas",
  tile_lapsed: "Requests lapsed",
  tile_viewers: "Stream viewers",
  tile_projects: "Projects published",
  note_online: "{value} at most so far",
  note_lapsed: "{waiting} waiting, {talking} in talk",
  note_viewers: "{live} live, {ended} ended",

  chart_title: "Negotiations per hour, by origin",
  chart_about: "Negotiations initiated per hour, domestic and overseas, over the days of the fair in Beijing time",
  chart_resting: "Overseas when either party is",
  chart_reading: "{hour}: domestic {domestic}, overseas {overseas}",
  domestic: "Domestic",
  overseas: "Overseas",

  table_title: "Reported and simulated",
  column_figure: "Figure",
  column_reported: "Reported",
  column_simulated: "Simulated",
  column_ratio: "Of reported",
  group_held_out: "Held out",
  group_held_out_about: "never used to fit the model: only these speak for it",
  group_calibrated: "Calibrated",
  group_calibrated_about: "the model was fitted to these: they agree by construction",
  group_input: "Given",
  group_input_about: "put into the model: agreement says nothing",
  op_gt: "more than {value}",
  op_lt: "fewer than {value}",
  op_about: "about {value}",
  none_yet: "–",
};

export type Word = keyof typeof en;

const zh: Record<Word, string> = {
  locale: "zh-CN",
  other_language: "English",
  other_language_title: "Show in English",

  choose_run: "运行",
  latest_run: "最新：{run}",
  run: "{scenario}，种子 {seed}",
  run_scaled: "{scenario}，种子 {seed}，规模 {scale}",
  run_since: "{run} · {time}",
  run_absent: "{run}（此处没有）",

  beijing: "北京时间",
  phase_before: "开幕前",
  phase_open: "展会进行中",
  phase_closed: "展会已闭幕",
  phase_ended: "运行已结束",

  feed_idle: "等待运行",
  feed_connecting: "正在连接",
  feed_lost: "{time} 连接中断，正在重试",
  feed_live: "实时",
  feed_stale: "自 {time} 起没有新数据",
  feed_reset: "重新开始",
  feed_ended: "已结束",

  empty_title: "还没有展会在运行",
  empty_remedy: "在终端中启动一个：",
  empty_follows: "本页面会自动跟随。",
  absent_title: "此处没有运行 {run}",
  absent_remedy: "请在上方另选一个，或启动新的：",
  waiting_title: "正在等待后端",
  waiting_remedy: "后端没有应答。任何一次运行都会启动它：",

  overview: "展会进展",
  key_simulated: "模拟",
  key_reported: "公布",
  of_reported: "公布 {value}",
  of_reported_gt: "公布超过 {value}",
  of_reported_lt: "公布少于 {value}",
  of_reported_about: "公布约 {value}",
  role_input: "输入",
  role_calibrated: "已校准",
  role_held_out: "未参与校准",

  tile_organisations: "注册机构",
  tile_online: "在线访客",
  tile_negotiations: "发起的洽谈",
  tile_overseas: "其中涉外",
  tile_lapsed: "洽谈请求失效",
  tile_viewers: "直播观众",
  tile_projects: "发布的项目",
  note_online: "目前最高 {value}",
  note_lapsed: "{waiting} 等待，{talking} 洽谈中",
  note_viewers: "{live} 场直播，{ended} 场已结束",

  chart_title: "每小时发起的洽谈，按来源",
  chart_about: "展会各日（北京时间）每小时发起的洽谈，分国内与涉外",
  chart_resting: "任一方在境外即为涉外",
  chart_reading: "{hour}：国内 {domestic}，涉外 {overseas}",
  domestic: "国内",
  overseas: "涉外",

  table_title: "公布与模拟",
  column_figure: "指标",
  column_reported: "公布",
  column_simulated: "模拟",
  column_ratio: "模拟占公布",
  group_held_out: "未参与校准",
  group_held_out_about: "从未用于拟合模型，只有这些能检验模型",
  group_calibrated: "已校准",
  group_calibrated_about: "模型按这些拟合，吻合是必然的",
  group_input: "输入",
  group_input_about: "直接给定模型，吻合不说明任何问题",
  op_gt: "超过 {value}",
  op_lt: "少于 {value}",
  op_about: "约 {value}",
  none_yet: "–",
};

const words: Record<Language, Record<Word, string>> = { en, zh };

const figures: Record<string, readonly [english: string, chinese: string]> = {
  "fair.opens": ["First day of the fair", "开幕日"],
  "fair.closes": ["Last day of the fair", "闭幕日"],
  "summit.starts": ["Opening summit", "开幕峰会"],
  "sessions.summit_forum": ["High-level forums", "高峰论坛"],
  "sessions.industry_forum": ["Industry forums", "行业论坛"],
  "sessions.industry_promotion": ["Industry promotion sessions", "行业推介洽谈"],
  "sessions.industry_forum_as_reported": ["Industry forums and promotion sessions", "行业论坛（含推介洽谈）"],
  "sessions.foreign_day": ["Events of foreign countries and regions", "境外国家和地区活动"],
  "sessions.provincial": ["Events of provinces and cities", "省区市活动"],
  "sessions.evening": ["Evening events", "晚间活动"],
  "sessions.total": ["Forums and events in all", "论坛和洽谈活动总数"],
  "sessions.online_only": ["Meetings held purely online", "纯线上会议"],
  "sessions.streamed": ["Meetings streamed live", "线上直播会议"],
  "sectors.count": ["Sectors of trade in services", "服务贸易领域"],
  "organisations.at_opening": ["Organisations at the opening", "开幕时注册机构"],
  "organisations.at_closing": ["Organisations at the closing", "闭幕时参展参会机构"],
  "organisations.international": ["International organisations", "国际组织"],
  "organisations.embassies": ["Embassies", "驻华使馆"],
  "organisations.overseas_chambers": ["Overseas chambers of commerce", "境外商协会"],
  "organisations.fortune_500": ["Fortune Global 500 companies", "世界 500 强企业"],
  "economies.participating": ["Countries and regions", "国家和地区"],
  "economies.top_traders": ["Taking part, of the 30 largest services traders", "服务贸易前 30 中的参与者"],
  "people.registered_at_opening": ["People registered at the opening", "开幕时注册人数"],
  "projects.published_online": ["Projects published online", "线上发布项目"],
  "routes.count": ["Routes through the city", "城市体验线路"],
  "zones.comprehensive": ["Comprehensive zones", "综合展区"],
  "zones.special": ["Special zones", "专题展区"],
  "zone.comprehensive.exhibitors": ["Exhibitors in the comprehensive zone", "综合展区参展商"],
  "zone.comprehensive.international_share": ["International share of these", "其中国际化率"],
  "results.prearranged_at_opening": ["Results arranged before the opening", "开幕前预筹成果"],
  "results.organisations_releasing": ["Organisations that released something", "发布成果的机构"],
  "results.reports": ["Reports released", "发布的报告"],
  "henan.results": ["Results of the Henan delegation", "河南交易团成果"],
  "henan.results_value": ["Value of these, million USD", "其金额（百万美元）"],
  "henan.signed_on_site": ["Signed on site, of these", "其中现场签约"],
  "tourism.signed_value": ["Signed in tourism, million CNY", "旅游签约额（百万元）"],
  "teda.agreements": ["Agreements of one development zone", "开发区战略协议"],
  "negotiations.initiated": ["Negotiations initiated", "发起的线上洽谈"],
  "negotiations.initiated_overseas": ["Negotiations with an overseas party", "涉外洽谈"],
  "negotiations.overseas_share": ["Overseas share of negotiations", "涉外洽谈占比"],
};

/** Returns a word or sentence, its {places} filled. */
export function say(language: Language, word: Word, places: Record<string, string> = {}): string {
  return words[language][word].replace(/\{(\w+)\}/g, (_, name: string) => places[name] ?? "");
}

/** Returns what a figure is called; its id where nobody has named it yet. */
export function nameOf(language: Language, figure: string): string {
  return figures[figure]?.[language === "en" ? 0 : 1] ?? figure;
}

/** Returns the reader's language: the one chosen before, else the browser's. */
export function preferred(): Language {
  const chosen = localStorage.getItem("language");
  if (chosen === "en" || chosen === "zh") return chosen;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}
