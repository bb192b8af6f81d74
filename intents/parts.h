// What the engine is put together from: one function per kind of answer. Each returns a matcher, or null when the content
// has nothing for it. Problems go into the report with file, row, column and fix; the engine is not used when one of them
// is not a warning.
#pragma once

#include <memory>

#include "intents/content.h"
#include "intents/matcher.h"

namespace kairan::intents {

/// Garbage items, collection days, categories and other towns' questions (garbage.csv, garbage_calendar.csv, city.yaml).
std::shared_ptr<const Matcher> make_city_matcher(std::shared_ptr<const Content> content,
                                                 std::shared_ptr<const Analyzer> analyzer);
/// faq.csv and synonyms.csv; the rows are already checked.
std::shared_ptr<const Matcher> make_faq_matcher(std::shared_ptr<const Content> content,
                                                std::shared_ptr<const Analyzer> analyzer, LoadReport& report);
/// rules.yaml; counts into report.rules.
std::shared_ptr<const Matcher> make_rule_matcher(std::shared_ptr<const Content> content,
                                                 std::shared_ptr<const Analyzer> analyzer, LoadReport& report);
/// dialogues/*.yaml; counts into report.dialogues.
std::shared_ptr<const Matcher> make_dialogue_matcher(std::shared_ptr<const Content> content,
                                                     std::shared_ptr<const Analyzer> analyzer, LoadReport& report);

}  // namespace kairan::intents
