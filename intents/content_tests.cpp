#include "intents/content_tests.h"

#include <algorithm>

#include "base/text.h"
#include "intents/content_loader.h"
#include "intents/sheet.h"

namespace kairan::intents {
namespace {

/// The day tests happen on when they name none: a Tuesday morning without holidays near it.
constexpr Date kTestDay{std::chrono::year{2026}, std::chrono::month{11}, std::chrono::day{24}};
constexpr int kTestMinute = 600;

std::vector<std::string> split_at(const std::string& text, char mark) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (true) {
    const std::size_t end = text.find(mark, start);
    parts.emplace_back(trim(text.substr(start, end - start)));
    if (end == std::string::npos) return parts;
    start = end + 1;
  }
}

bool is_intent(const std::string& intent, const std::string& pattern) {
  if (!pattern.empty() && pattern.back() == '*') return intent.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0;
  return intent == pattern;
}

bool offers(const Answer& answer, const std::string& pattern) {
  return std::any_of(answer.candidates.begin(), answer.candidates.end(),
                     [&](const Candidate& candidate) { return is_intent(candidate.intent, pattern); });
}

bool meets_one(const Answer& answer, const std::string& expected) {
  if (expected == "none") return answer.kind == Answer::Kind::kNone;
  if (expected == "choose") return answer.kind == Answer::Kind::kChoose;
  if (expected.rfind("choose:", 0) == 0) {
    return answer.kind == Answer::Kind::kChoose && offers(answer, expected.substr(7));
  }
  return answer.kind == Answer::Kind::kAnswer && is_intent(answer.intent, expected);
}

std::optional<TimePoint> test_time(const std::string& cell) {
  if (cell.empty()) return jst_time(kTestDay, kTestMinute);
  const std::string text = fold(cell);
  const std::size_t space = text.find_first_of(" t");
  const std::optional<Date> date = parse_date(text.substr(0, space));
  if (!date) return std::nullopt;
  if (space == std::string::npos) return jst_time(*date, kTestMinute);
  const std::string clock = text.substr(space + 1);
  const std::size_t colon = clock.find(':');
  const int hour = std::atoi(clock.c_str());
  const int minute = colon == std::string::npos ? -1 : std::atoi(clock.c_str() + colon + 1);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  return jst_time(*date, hour * 60 + minute);
}

}  // namespace

bool meets(const Answer& answer, const std::string& expected) {
  for (const std::string& either : split_at(expected, '|')) {
    const std::vector<std::string> both = split_at(either, ';');
    if (both.size() == 1) {
      if (meets_one(answer, either)) return true;
      continue;
    }
    // Several questions in one message: all are among the answered, which come first among the candidates.
    bool all = answer.kind == Answer::Kind::kAnswer;
    for (const std::string& part : both) {
      const std::size_t shown = std::min(answer.candidates.size(), both.size() + 1);
      all =
          all && std::any_of(answer.candidates.begin(), answer.candidates.begin() + static_cast<std::ptrdiff_t>(shown),
                             [&](const Candidate& candidate) { return is_intent(candidate.intent, part); });
    }
    if (all && answer.messages.size() >= both.size()) return true;
  }
  return false;
}

std::string outcome_of(const Answer& answer) {
  std::string text(answer_kind_name(answer.kind));
  if (answer.kind == Answer::Kind::kAnswer) return text + " " + answer.intent;
  if (answer.kind == Answer::Kind::kNone) return text;
  for (std::size_t i = 0; i < answer.candidates.size() && i < 4; ++i) text += (i == 0 ? " " : ", ") + answer.candidates[i].intent;
  return text;
}

Answer answer_test(const Engine& engine, const ContentTest& test) {
  Query query;
  query.resident.districts = test.districts;
  query.resident.language = test.language;
  query.now = test.now;
  for (const std::string& before : test.before) {
    query.text = before;
    query.conversation = engine.answer(query).conversation;
  }
  query.text = test.text;
  return engine.answer(query);
}

std::vector<TestOutcome> run_tests(const Engine& engine, const std::vector<ContentTest>& tests) {
  std::vector<TestOutcome> outcomes;
  for (const ContentTest& test : tests) {
    const Answer answer = answer_test(engine, test);
    TestOutcome outcome;
    outcome.test = &test;
    outcome.got = outcome_of(answer);
    const std::string shown = shown_text(answer.messages);
    if (!meets(answer, test.expected)) outcome.failure = "期待は " + test.expected + "、答えは " + outcome.got;
    for (const std::string& part : test.contains) {
      if (shown.find(part) == std::string::npos) outcome.failure += (outcome.failure.empty() ? "" : "、") + ("「" + part + "」がない");
    }
    for (const std::string& part : test.lacks) {
      if (shown.find(part) != std::string::npos) outcome.failure += (outcome.failure.empty() ? "" : "、") + ("「" + part + "」がある");
    }
    outcome.passed = outcome.failure.empty();
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

std::vector<ContentTest> load_tests(const Content& content, std::vector<FileProblem>& problems) {
  std::vector<ContentTest> tests;
  Sheet sheet(content.folder, "tests", problems);
  if (!sheet.present() || !sheet.require({"文", "期待"})) return tests;
  sheet.expect_only({"文", "期待", "前の発話", "地区", "日時", "言語", "含む", "含まない", "備考", "分類"});
  sheet.each([&] {
    ContentTest test;
    test.text = sheet.text("文");
    test.expected = sheet.required("期待");
    test.before = sheet.values("前の発話");
    test.districts = sheet.values("地区");
    test.contains = sheet.values("含む");
    test.lacks = sheet.values("含まない");
    if (const std::string language = sheet.text("言語"); !language.empty()) test.language = language;
    const std::optional<TimePoint> time = test_time(sheet.text("日時"));
    if (time) test.now = *time;
    else sheet.problem("日時", "「" + sheet.text("日時") + "」は日時ではありません。「2026-11-22 08:00」のように書いてください。");
    test.row = sheet.row();
    for (const std::string& id : test.districts) {
      const bool known = std::any_of(content.city.districts.begin(), content.city.districts.end(),
                                     [&](const District& district) { return district.id == id; });
      if (!known) sheet.problem("地区", "「" + id + "」は city.yaml の districts にありません。");
    }
    tests.push_back(std::move(test));
  });
  return tests;
}

}  // namespace kairan::intents
