// Runs dialogues: the state machine without the matching. State is the Context's dialogue, step and slots; nothing else
// is kept. Threads: const members from many at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/message.h"
#include "intents/content.h"
#include "intents/dialogue.h"
#include "intents/matcher.h"

namespace kairan::intents {

/// 「続ける」: offered under the answer to a change of subject while a dialogue is in progress.
Action resume_action(std::string_view language);

class DialogueRunner {
 public:
  DialogueRunner(const City& city, const std::vector<Dialogue>& dialogues) : city_(&city), dialogues_(&dialogues) {}

  const Dialogue* find(std::string_view name) const;

  std::vector<Message> start(const Dialogue& dialogue, const Query& query, Context& context) const;
  /// Follows a choice of `step`, which need not be the step the conversation is at: an old button still works.
  std::vector<Message> choose(const Dialogue& dialogue, const DialogueStep& step, const DialogueChoice& choice,
                              const Query& query, Context& context) const;
  std::vector<Message> back(const Dialogue& dialogue, const Query& query, Context& context) const;
  std::vector<Message> resume(const Dialogue& dialogue, const Query& query, Context& context) const;
  std::vector<Message> cancel(const Query& query, Context& context) const;

 private:
  std::vector<Message> show(const Dialogue& dialogue, std::string_view step, const Query& query,
                            Context& context) const;
  Message message_of(const DialogueStep& step, const Query& query) const;
  void add_choices(const Dialogue& dialogue, const DialogueStep& step, const Query& query, const Context& context,
                   Message& message) const;

  const City* city_;
  const std::vector<Dialogue>* dialogues_;
};

}  // namespace kairan::intents
