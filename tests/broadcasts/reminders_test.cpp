#include "broadcasts/reminders.h"

#include <nlohmann/json.hpp>
#include <set>

#include "broadcasts/document.h"
#include "broadcasts/segment.h"
#include "tests/broadcasts/segment_schema.h"
#include "tests/support/catch.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::broadcasts;
using kairan::test::must;
using nlohmann::json;

namespace {

Date date(int y, unsigned m, unsigned d) {
  return Date(std::chrono::year(y), std::chrono::month(m), std::chrono::day(d));
}

store::AttributeSchema schema() {
  const store::AttributeSchema base = kairan::test::segment_schema();
  std::vector<store::Attribute> all = base.attributes();
  all.push_back(kairan::test::attribute("garbage_reminder", store::AttributeKind::kSingle, "ごみの日のお知らせ",
                                        {{"evening-18", "前の日の18時", ""},
                                         {"evening-20", "前の日の20時", ""},
                                         {"morning-6", "当日の6時", ""},
                                         {"off", "受け取らない", ""}}));
  return store::AttributeSchema(std::move(all));
}

/// A resident with these districts and this choice: which of the reminders' segments select them.
std::vector<std::size_t> selected_by(const std::vector<Reminder>& reminders, const std::set<std::string>& districts,
                                     const std::string& choice) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < reminders.size(); ++i) {
    const Segment segment = must(parse_segment(reminders[i].segment, schema()));
    const SegmentQuery query = segment.on(date(2026, 12, 1));
    std::vector<Bitmap> bitmaps;
    for (const std::string& name : query.bitmaps()) {
      Bitmap bits(1);
      bits.set(0, name == "followers" || name == "a:garbage_reminder:" + choice ||
                      (name.rfind("a:district:", 0) == 0 && districts.count(name.substr(11)) != 0));
      bitmaps.push_back(bits);
    }
    if (query.evaluate(bitmaps).test(0)) found.push_back(i);
  }
  return found;
}

std::string text_of(const Reminder& reminder, const std::string& language = "ja") {
  return json::parse(reminder.document)["messages"][0]["text"][language];
}

const ReminderSlot kEvening{"evening-18", date(2026, 12, 1), jst_time(date(2026, 11, 30), 18 * 60)};
const std::vector<Collection> kTwo = {
    {"nanaura", {"燃えるごみ"}, 480}, {"hama", {"燃えるごみ", "有害ごみ"}, 480}, {"nogomi", {"燃えるごみ"}, 480}};

}  // namespace

TEST_CASE("reminders leave at the hours that residents may choose") {
  const auto slots =
      reminder_slots(schema(), jst_time(date(2026, 11, 30), 18 * 60 - 1), jst_time(date(2026, 12, 1), 6 * 60));
  REQUIRE(slots.size() == 3);
  CHECK(slots[0] == kEvening);
  CHECK(slots[1].value == "evening-20");
  CHECK(slots[2] == ReminderSlot{"morning-6", date(2026, 12, 1), jst_time(date(2026, 12, 1), 6 * 60)});
  // The end is in, the beginning is not: consecutive looks neither repeat nor leave out.
  CHECK(reminder_slots(schema(), kEvening.at, kEvening.at + milliseconds(1)).empty());
  CHECK(reminder_slots(schema(), kEvening.at - milliseconds(1), kEvening.at).size() == 1);
  CHECK(reminder_slots(schema(), kEvening.at, kEvening.at - std::chrono::hours(3)).empty());
  CHECK(reminder_slots(kairan::test::segment_schema(), kEvening.at - milliseconds(1), kEvening.at).empty());
}

TEST_CASE("a resident reads one message, with what is collected in each of their districts") {
  const auto reminders = reminders_for(kEvening, kTwo, schema(), {"環境下水道課", false});
  REQUIRE(reminders.size() == 3);  // two readings: one, the other, both
  const auto one = selected_by(reminders, {"nanaura"}, "evening-18");
  REQUIRE(one.size() == 1);
  CHECK(text_of(reminders[one[0]]) == "明日12月1日（火）は、燃えるごみの日です。朝8時までに出してください。");
  CHECK(selected_by(reminders, {"nanaura", "nogomi"}, "evening-18") == one);
  const auto other = selected_by(reminders, {"hama"}, "evening-18");
  REQUIRE(other.size() == 1);
  CHECK(text_of(reminders[other[0]]) ==
        "明日12月1日（火）は、燃えるごみ・有害ごみの日です。朝8時までに出してください。");
  const auto both = selected_by(reminders, {"hama", "nanaura"}, "evening-18");
  REQUIRE(both.size() == 1);
  CHECK(text_of(reminders[both[0]]) ==
        "明日12月1日（火）のごみ\n・七浦、能古見：燃えるごみ\n・浜：燃えるごみ・有害ごみ\n朝8時までに出してください。");
}

TEST_CASE("who registered no district or another hour is not reminded") {
  const auto reminders = reminders_for(kEvening, kTwo, schema(), {"環境下水道課", false});
  CHECK(selected_by(reminders, {}, "evening-18").empty());
  CHECK(selected_by(reminders, {"hama"}, "evening-20").empty());
  CHECK(selected_by(reminders, {"hama"}, "off").empty());
}

TEST_CASE("whatever districts a resident has, exactly one message is theirs, also on days with many readings") {
  std::vector<Collection> many;
  auto attributes = schema().attributes();
  attributes[0].values.clear();
  for (int i = 0; i < 8; ++i) {
    const std::string id = "d" + std::to_string(i);
    attributes[0].values.push_back({id, {{"ja", id}}});
    many.push_back({id, {"区分" + std::to_string(i)}, 480});
  }
  const store::AttributeSchema wide(attributes);
  for (const std::size_t used : {std::size_t{4}, std::size_t{8}}) {
    const auto reminders =
        reminders_for(kEvening, {many.begin(), many.begin() + static_cast<long>(used)}, wide, {"環境下水道課", false});
    for (unsigned mask = 0; mask < 1U << used; ++mask) {
      int got = 0;
      for (const Reminder& reminder : reminders) {
        const SegmentQuery query = must(parse_segment(reminder.segment, wide)).on(date(2026, 12, 1));
        std::vector<Bitmap> bitmaps;
        for (const std::string& name : query.bitmaps()) {
          Bitmap bits(1);
          const bool lives = name.rfind("a:district:d", 0) == 0 && (mask >> (name.back() - '0') & 1U) != 0;
          bits.set(0, lives || name == "followers" || name == "a:garbage_reminder:evening-18");
          bitmaps.push_back(bits);
        }
        got += query.evaluate(bitmaps).test(0) ? 1 : 0;
      }
      CAPTURE(used, mask);
      REQUIRE(got == (mask == 0 ? 0 : 1));
    }
  }
}

TEST_CASE("a reminder expires when garbage is collected, and none leaves after that") {
  const auto reminders = reminders_for(kEvening, kTwo, schema(), {"環境下水道課", true});
  std::vector<Problem> problems;
  const Document document = must(parse_document(reminders[0].document, problems));
  CHECK(document.expires == jst_time(date(2026, 12, 1), 480));
  CHECK(document.section == "環境下水道課");
  CHECK(text_of(reminders[0]).find("（見本）") != std::string::npos);
  const ReminderSlot late{"morning-6", date(2026, 12, 1), jst_time(date(2026, 12, 1), 6 * 60)};
  CHECK(reminders_for(late, {{"hama", {"燃えるごみ"}, 360}}, schema(), {}).empty());
  CHECK(reminders_for(late, {{"hama", {"燃えるごみ"}, 361}}, schema(), {}).size() == 1);
  CHECK(reminders_for(kEvening, {}, schema(), {}).empty());
}

TEST_CASE("texts are written in every language, and keys are the slot's and the group's") {
  const auto reminders = reminders_for(kEvening, kTwo, schema(), {"環境下水道課", false});
  CHECK(text_of(reminders[0], "en") ==
        "Tomorrow, Tuesday, December 1: collection of 燃えるごみ. Please put it out by 8:00.");
  CHECK(text_of(reminders[0], "ja-easy") ==
        "あした（12/1 火（か））は 「燃えるごみ」の 日（ひ）です。 朝（あさ） 8時（じ）までに 出（だ）してください。");
  std::set<std::string> keys;
  for (const Reminder& reminder : reminders) keys.insert(reminder.key);
  CHECK(keys.size() == reminders.size());
  CHECK(reminders_for(kEvening, kTwo, schema(), {"別の課", false})[0].key == reminders[0].key);
}
