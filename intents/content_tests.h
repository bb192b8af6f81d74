// The city's own answer tests (tests.csv) against an engine, and the comparison of two versions of a content folder. Any thread.
#pragma once

#include <string>
#include <vector>

#include "intents/content.h"
#include "intents/engine.h"

namespace kairan::intents {

struct TestOutcome {
  const ContentTest* test = nullptr;
  bool passed = false;
  std::string got;      ///< 「answer garbage:段ボール」
  std::string failure;  ///< Japanese: what is missing; "" when passed
};

/// What the engine says to a test's text after the texts before it.
Answer answer_test(const Engine& engine, const ContentTest& test);

std::vector<TestOutcome> run_tests(const Engine& engine, const std::vector<ContentTest>& tests);

/// Whether an answer is what 期待 says (docs/content.md, tests.csv).
bool meets(const Answer& answer, const std::string& expected);

/// 「answer garbage:段ボール」「choose a, b」「none」.
std::string outcome_of(const Answer& answer);

}  // namespace kairan::intents
