#include "intents/calendar_offers.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "intents/area_rules.h"
#include "intents/collection_days.h"
#include "intents/conversation.h"
#include "intents/garbage_replies.h"
#include "intents/phrases.h"
#include "intents/question_key.h"

namespace kairan::intents {
namespace {

constexpr std::size_t kMaxAreaButtons = 13;  // LINE's quick replies

/// What is asked of the calendar, as it is named in intents and remembered while the area is asked for.
struct Ask {
  std::string intent;    ///< "calendar:next:燃えるごみ", "calendar:tomorrow", "calendar:date:2026-12-03", ...
  Date from, to;         ///< days asked about
  std::string category;  ///< of "calendar:next"
};

std::string area_title(const CollectionArea& area) {
  return area.group.empty() ? area.name : area.name + "（" + area.group + "）";
}

std::optional<Ask> read_ask(const std::string& intent, Date today) {
  const auto rest_after = [&](std::string_view prefix) -> std::optional<std::string> {
    if (intent.rfind(prefix, 0) != 0) return std::nullopt;
    return intent.substr(prefix.size());
  };
  if (const auto category = rest_after("calendar:next:")) return Ask{intent, today, today, *category};
  if (intent == "calendar:today") return Ask{intent, today, today, ""};
  if (intent == "calendar:tomorrow") return Ask{intent, add_days(today, 1), add_days(today, 1), ""};
  if (intent == "calendar:week") return Ask{intent, today, add_days(today, 6), ""};
  if (intent == "calendar:next_week") {
    const int to_monday = static_cast<int>(7 - (weekday_of(today) + 6) % 7);
    return Ask{intent, add_days(today, to_monday), add_days(today, to_monday + 6), ""};
  }
  if (const auto day = rest_after("calendar:date:")) {
    const std::optional<Date> from = parse_date(day->substr(0, 10));
    const std::optional<Date> to = day->size() > 11 ? parse_date(day->substr(11)) : from;
    if (from && to && *from <= *to && add_days(*from, 31) >= *to) return Ask{"calendar:date", *from, *to, ""};
  }
  return std::nullopt;
}

/// The intent by which an ask is remembered: with its days, so that it can be taken up again.
std::string remembered(const Ask& ask) {
  if (ask.intent != "calendar:date") return ask.intent;
  return "calendar:date:" + format_iso(ask.from) + (ask.from == ask.to ? "" : "-" + format_iso(ask.to));
}

std::string day_line(const Content& content, const CollectionArea& area, Date date) {
  std::string names;
  for (const auto& [name, rule] : rules_of(content, area)) {
    if (collects_on(*rule, closed_days(content, area), date)) names += (names.empty() ? "" : "、") + name;
  }
  return names;
}

std::string next_text(const Content& content, const CollectionArea& area, const std::string& category, Date today,
                      const std::string& language) {
  const CollectionRule* rule = nullptr;
  for (const auto& [name, known] : rules_of(content, area)) {
    if (name == category || name_key(name) == name_key(category)) rule = known;
  }
  const bool english = language == "en";
  if (rule == nullptr) {
    return english ? "【" + category + "】 is not in the collection calendar of " + area_title(area) + "."
                   : area_title(area) + "の収集日程に【" + category + "】はありません。";
  }
  const std::vector<Date> days = next_collections(*rule, closed_days(content, area), today, 3);
  if (days.empty()) {
    return english ? "No collection day of 【" + category + "】 is set yet." : "【" + category + "】の収集日はまだ決まっていません。";
  }
  std::string text = english ? "【" + category + "】 (" + area_title(area) + "): next collection " + format_iso(days[0])
                             : area_title(area) + "の【" + category + "】の次の収集日は" + format_ja(days[0]) + "です。";
  std::string later;
  for (std::size_t i = 1; i < days.size(); ++i) later += (later.empty() ? "" : "、") + (english ? format_iso(days[i]) : format_ja(days[i]));
  if (!later.empty()) text += (english ? "\nThen: " : "\nその次：") + later;
  const std::string pattern = describe(*rule);
  if (!english && !pattern.empty()) text += "\n収集：" + pattern;
  if (!rule->note.empty()) text += "\n" + rule->note;
  return text;
}

std::string days_text(const Content& content, const CollectionArea& area, Date from, Date to, const std::string& language) {
  const bool english = language == "en";
  std::string text;
  if (from == to) {
    const std::string names = day_line(content, area, from);
    const std::string day = english ? format_iso(from) : format_ja(from);
    if (english) return day + " (" + area_title(area) + "): " + (names.empty() ? "no collection" : names);
    return names.empty() ? day + "は、" + area_title(area) + "の収集はありません。"
                         : day + "の" + area_title(area) + "の収集は【" + names + "】です。";
  }
  text = area_title(area) + (english ? ":" : "の収集予定");
  for (Date date = from; date <= to; date = add_days(date, 1)) {
    const std::string names = day_line(content, area, date);
    if (!names.empty()) text += "\n" + (english ? format_iso(date) : format_ja(date)) + "：" + names;
  }
  return text.find('\n') == std::string::npos ? text + (english ? " none" : "：ありません。") : text;
}

std::string finish(const City& city, std::string text, const std::string& language) {
  const std::string contact = contact_line(city, language);
  if (!contact.empty()) text += "\n" + contact;
  if (city.sample) text += language == "en" ? "\n(sample content)" : "\n（見本の内容です）";
  return text;
}

std::vector<Message> ask_area(const CityIndex& index, const std::vector<std::uint32_t>& areas, const Query& query) {
  Message message;
  std::set<std::string> seen;
  const auto add = [&](const std::string& label) {
    if (message.quick_replies.size() >= kMaxAreaButtons || !seen.insert(label).second) return;
    message.quick_replies.push_back({Action::Kind::kSay, shorten_graphemes(label, 20), label, ""});
  };
  const std::vector<CollectionArea>& all = index.content().areas;
  if (!areas.empty()) {
    for (const std::uint32_t area : areas) add(area_title(all[area]));
  } else if (all.size() <= kMaxAreaButtons) {
    for (const CollectionArea& area : all) {
      if (area.name != kEveryArea) add(area_title(area));
    }
  } else {
    for (const District& district : index.city().districts) add(district.name);
  }
  message.body = TextMessage{phrase_text(index.city(), "ask_district", query.resident.language)};
  return {std::move(message)};
}

/// One answer for all areas in question when they agree; otherwise which area is asked.
Offer offer_of(const CityIndex& index, const Ask& ask, AreaChoice choice, const Query& query, double score, std::string reason) {
  const Content& content = index.content();
  const Date today = jst_date(query.now);
  const auto text_for = [&content, &query, ask, today](std::uint32_t area, bool named) {
    CollectionArea shown = content.areas[area];
    if (!named) shown.name = shown.group = "";
    return ask.category.empty() ? days_text(content, shown, ask.from, ask.to, query.resident.language)
                                : next_text(content, shown, ask.category, today, query.resident.language);
  };
  bool agree = !choice.areas.empty();
  for (std::size_t i = 1; i < choice.areas.size(); ++i) {
    agree = agree && text_for(choice.areas[i], false) == text_for(choice.areas[0], false);
  }
  Offer offer;
  if (!agree) {
    offer.candidate = {"calendar:ask_district", "地区の確認", score};
    offer.reason = std::move(reason) + "、地区がわからないので尋ねます";
    offer.reply = [&index, ask, areas = choice.areas](const Query& asked, Context& context) {
      set_slot(context, "pending", remembered(ask));
      context.last_category = ask.category;
      return ask_area(index, areas, asked);
    };
    return offer;
  }
  const std::string title = ask.category.empty() ? "収集日" : ask.category + "の収集日";
  offer.candidate = {ask.intent, title, score};
  offer.reason = std::move(reason);
  offer.reply = [&index, ask, choice](const Query& asked, Context& context) {
    const Content& city_content = index.content();
    const CollectionArea& area = city_content.areas[choice.areas.front()];
    set_slot(context, "pending", "");
    if (choice.from_text) set_slot(context, "area", area_title(area));
    if (!ask.category.empty()) context.last_category = ask.category;
    const std::string& language = asked.resident.language;
    std::string text = ask.category.empty() ? days_text(city_content, area, ask.from, ask.to, language)
                                            : next_text(city_content, area, ask.category, jst_date(asked.now), language);
    return std::vector<Message>{text_message(finish(city_content.city, std::move(text), language))};
  };
  return offer;
}

Ask ask_of(const DateWord& word) {
  switch (word.kind) {
    case DateWord::Kind::kToday: return {"calendar:today", word.from, word.to, ""};
    case DateWord::Kind::kTomorrow: return {"calendar:tomorrow", word.from, word.to, ""};
    case DateWord::Kind::kThisWeek: return {"calendar:week", word.from, word.to, ""};
    case DateWord::Kind::kNextWeek: return {"calendar:next_week", word.from, word.to, ""};
    case DateWord::Kind::kDay: break;
  }
  return {"calendar:date", word.from, word.to, ""};
}

/// Categories of the items named, each once.
std::vector<std::string> item_categories(const CityIndex& index, const Signals& signals) {
  std::vector<std::string> categories;
  for (const Signals::Hit& hit : signals.items) {
    for (const std::uint32_t item : index.items_of(hit.key)) {
      const std::string& category = index.content().items[item].category;
      if (std::find(categories.begin(), categories.end(), category) == categories.end()) categories.push_back(category);
    }
  }
  return categories;
}

}  // namespace

AreaChoice choose_area(const CityIndex& index, const Signals& signals, const Query& query, const Context& context) {
  const std::vector<CollectionArea>& areas = index.content().areas;
  AreaChoice choice;
  const auto add_district = [&](const std::string& id) {
    for (std::uint32_t i = 0; i < areas.size(); ++i) {
      const auto& ids = areas[i].districts;
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) choice.areas.push_back(i);
    }
  };
  choice.areas = signals.areas;
  if (choice.areas.empty()) {
    for (const std::uint32_t district : signals.districts) add_district(index.city().districts[district].id);
  }
  choice.from_text = !choice.areas.empty();
  if (choice.areas.empty()) {
    const std::string before = slot_of(context, "area");
    for (std::uint32_t i = 0; i < areas.size() && !before.empty(); ++i) {
      if (area_title(areas[i]) == before) choice.areas.push_back(i);
    }
  }
  if (choice.areas.empty()) {
    for (const std::string& id : query.resident.districts) add_district(id);
  }
  if (choice.areas.empty() && areas.size() == 1) choice.areas.push_back(0);
  std::sort(choice.areas.begin(), choice.areas.end());
  choice.areas.erase(std::unique(choice.areas.begin(), choice.areas.end()), choice.areas.end());
  return choice;
}

bool in_calendar(const CityIndex& index, const std::string& category) {
  for (const CollectionArea& area : index.content().areas) {
    if (rule_of(area, category) != nullptr) return true;
  }
  return false;
}

std::string next_collection_line(const CityIndex& index, const std::string& category, const Query& query,
                                 const Context& context) {
  const AreaChoice choice = choose_area(index, {}, query, context);
  if (choice.areas.size() != 1) return {};
  const CollectionArea& area = index.content().areas[choice.areas.front()];
  for (const auto& [name, rule] : rules_of(index.content(), area)) {
    if (name != category) continue;
    const std::vector<Date> days = next_collections(*rule, closed_days(index.content(), area), jst_date(query.now), 1);
    if (days.empty()) return {};
    return query.resident.language == "en" ? "Next collection: " + format_iso(days[0]) + " (" + area_title(area) + ")"
                                           : "次の収集日：" + format_ja(days[0]) + "（" + area_title(area) + "）";
  }
  return {};
}

std::vector<Offer> calendar_offers(const CityIndex& index, const Question& question, const Signals& signals,
                                   const Query& query, const Context& context) {
  std::vector<Offer> offers;
  const Content& content = index.content();
  if (content.areas.empty()) return offers;
  const Date today = jst_date(query.now);
  const AreaChoice choice = choose_area(index, signals, query, context);
  const bool place = !signals.areas.empty() || !signals.districts.empty();
  const bool after_calendar = context.last_intent.rfind("calendar:", 0) == 0;
  const bool clean = signals.unknown == 0;
  const double score = clean ? 0.96 : signals.unknown <= 4 ? 0.9 : 0.86;
  const bool topic = signals.garbage || signals.dispose || !signals.categories.empty();

  // The area we had asked for.
  const std::string pending = slot_of(context, "pending");
  if (place && clean && !pending.empty() && !topic && signals.dates.empty() && !signals.when) {
    if (const std::optional<Ask> ask = read_ask(pending, today)) {
      offers.push_back(offer_of(index, *ask, choice, query, 0.98, "尋ねた地区の答えです"));
      return offers;
    }
  }
  // 「明日のごみは？」「来週の火曜は何のごみ？」; after such an answer 「あさっては？」 alone.
  if (!signals.dates.empty() && signals.items.empty() && (topic || (after_calendar && clean))) {
    const Ask ask = ask_of(question.dates[signals.dates.front()]);
    offers.push_back(offer_of(index, ask, choice, query, score, "日付の言葉とごみの言葉があります"));
    return offers;
  }
  const bool place_and_category = place && !signals.categories.empty() && !signals.dispose && signals.items.empty();
  if (!signals.when && !place_and_category) {
    // 「じゃあ浜は？」 after a calendar answer: the same question for another area.
    if (place && clean && after_calendar && !topic && signals.dates.empty() && signals.items.empty()) {
      const std::string last = context.last_intent == "calendar:ask_district" ? pending : context.last_intent;
      if (const std::optional<Ask> ask = read_ask(last, today)) {
        offers.push_back(offer_of(index, *ask, choice, query, 0.95, "直前の収集日の質問を別の地区で答えます"));
      }
    }
    return offers;
  }
  std::vector<std::string> categories;
  for (const std::uint32_t category : signals.categories) categories.push_back(content.categories[category].name);
  std::string why = "分別区分と「いつ」があります";
  if (categories.empty() && !signals.items.empty() && (clean || signals.dispose || signals.garbage)) {
    categories = item_categories(index, signals);
    why = "品目と「いつ」があります";
  }
  if (categories.empty() && !context.last_category.empty() && !signals.garbage && clean) {
    categories.push_back(context.last_category);
    why = "直前の品目の収集日です";
  }
  std::sort(categories.begin(), categories.end());
  categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
  for (const std::string& category : categories) {
    if (categories.size() > 3) break;
    Offer offer = offer_of(index, {"calendar:next:" + category, today, today, category}, choice, query,
                           signals.items.empty() || signals.dispose ? score : score + 0.02, why);
    if (categories.size() > 1) offer.part = "next:" + category;
    offers.push_back(std::move(offer));
  }
  if (categories.empty() && signals.items.empty() && signals.dispose && !signals.garbage && clean) {
    offers.push_back(offer_of(index, {"calendar:today", today, today, ""}, choice, query, score, "何のごみの日かを聞いています"));
  }
  if (categories.empty() && signals.garbage) {
    offers.push_back(offer_of(index, {"calendar:week", today, add_days(today, 6), ""}, choice, query, score,
                              "ごみと「いつ」があります"));
  }
  return offers;
}

std::vector<Offer> calendar_by_intent(const CityIndex& index, const std::string& intent, const Query& query,
                                      const Context& context) {
  const std::optional<Ask> ask = read_ask(intent, jst_date(query.now));
  if (!ask || index.content().areas.empty()) return {};
  return {offer_of(index, *ask, choose_area(index, {}, query, context), query, 1.0, "名前で呼ばれました")};
}

}  // namespace kairan::intents
