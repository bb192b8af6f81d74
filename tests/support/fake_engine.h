// An engine that repeats what it hears and remembers the last thing said.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "intents/engine.h"

namespace kairan::test {

/// Threads: any.
class FakeEngine : public intents::Engine {
 public:
  intents::Answer answer(const intents::Query& query, bool) const override {
    ++asked;
    {
      std::lock_guard lock(mutex_);
      last_postback_ = query.postback;
      last_resident_ = query.resident;
    }
    if (query.text == "nonsense") {
      intents::Answer nothing;
      nothing.messages = {text_message("?")};
      nothing.conversation = query.conversation;
      return nothing;
    }
    if (query.text == "throw") throw std::runtime_error("a defect");
    if (query.text == "hang") {
      std::unique_lock lock(mutex_);
      ++hanging_;
      changed_.wait(lock, [this] { return let_go_; });
    }
    intents::Answer answer;
    answer.kind = intents::Answer::Kind::kAnswer;
    answer.intent = "rule:echo";
    answer.score = 1;
    answer.messages = {text_message(query.conversation.empty() ? query.text : query.conversation + ">" + query.text)};
    answer.conversation = query.text;
    if (query.text == "unmatched") answer.gap = intents::Gap{intents::GapKind::kUnmatched, "masked", "masked", ""};
    return answer;
  }
  std::vector<Message> greeting(const intents::Resident&) const override { return {text_message("hello")}; }
  std::string phrase(std::string_view name, const intents::Resident&) const override { return std::string(name); }
  const intents::LoadReport& report() const override { return report_; }

  std::string last_postback() const {
    std::lock_guard lock(mutex_);
    return last_postback_;
  }

  intents::Resident last_resident() const {
    std::lock_guard lock(mutex_);
    return last_resident_;
  }
  /// How many were asked "hang" and have not come back: what a dead process looks like to the next one.
  int hanging() const {
    std::lock_guard lock(mutex_);
    return hanging_;
  }
  void let_go() {
    std::lock_guard lock(mutex_);
    let_go_ = true;
    changed_.notify_all();
  }

  mutable std::atomic<int> asked{0};

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::string last_postback_;
  mutable intents::Resident last_resident_;
  mutable int hanging_ = 0;
  bool let_go_ = false;
  intents::LoadReport report_;
};

}  // namespace kairan::test
