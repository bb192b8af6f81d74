// 受信設定 in the chat: what a resident's button or words mean for the settings, and what is said. Asks what attributes.yaml
// declares, in its order; knows no attribute by name but the few below. Pure: it sees the chosen values and returns changes,
// the next state and messages; the gateway applies the changes in between. Threads: const members from many at once.
//
// Data of buttons (validated against the schema, whoever sends them)
//   set:ATTRIBUTE:VALUE:on|off   one choice, from anywhere: a notice's 「このお知らせをやめる」
//   cfg:open, start, later, show, resume, stop, code, code:enter, erase, erase:choices, erase:all, erase:no, lang:LANGUAGE
//   cfg:ask|next|back|years:ATTRIBUTE, cfg:on|off:ATTRIBUTE:VALUE
//   cfg:year|older:ATTRIBUTE:YEAR, cfg:month|first|other:ATTRIBUTE:MONTH
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/civil_time.h"
#include "base/message.h"
#include "intents/settings_state.h"
#include "intents/settings_texts.h"
#include "store/attribute_names.h"
#include "store/attributes.h"
#include "store/subscribers.h"  // AttributeChange; nothing of the store is called

namespace kairan::intents {

/// The attributes that have a meaning beyond who gets what: answers follow them.
using store::kDistrictAttribute;
inline constexpr std::string_view kLanguageAttribute = "language";
inline constexpr std::string_view kDisplayAttribute = "display";

/// Chosen values by attribute, as store::Subscribers::settings() gives them.
using Chosen = std::map<std::string, std::vector<std::string>>;

struct SettingsInput {
  std::string_view text;      ///< one of the two is empty
  std::string_view postback;
  SettingsState state;
  const Chosen& chosen;
  bool known = true;          ///< whether the store knows the person at all
  Date today;
};

/// What a message means. `changes` are to be applied, `act` to be done, and then it is shown.
struct SettingsTurn {
  enum class Page { kNone, kOffer, kQuestion, kChosen, kYears, kMonths, kFirst, kCard, kEraseAsk, kLeft, kCodeAsk };
  enum class Act { kNone, kEraseAll, kShowCode, kEnterCode };
  std::vector<store::AttributeChange> changes;
  Act act = Act::kNone;
  std::string code;  ///< kEnterCode: as read_code() gives it
  std::vector<std::pair<std::string, TextValues>> said;  ///< sentences before the page, by name
  Page page = Page::kNone;
  std::string attribute, value;  ///< what the page is about
  int number = 0;                ///< kYears: the newest year shown; kMonths: the year
  SettingsState next;
  bool refused = false;          ///< data that no button of ours has
};

class SettingsDialogue {
 public:
  /// @param schema  outlives this
  explicit SettingsDialogue(const store::AttributeSchema& schema) : schema_(&schema) {}

  /// Nothing when the message is no business of the settings.
  std::optional<SettingsTurn> read(const SettingsInput& input) const;
  /// For a text that waits for an answer and that nobody else understood either: the question again.
  SettingsTurn not_understood(const SettingsState& state, Date today) const;
  /// What is offered to a person who adds the account.
  SettingsTurn offer() const;

  std::vector<Message> show(const SettingsTurn& turn, const Chosen& chosen, std::string_view language, Date today) const;

  /// 「設定を続ける」: offered under the answer to another question.
  static Action resume_action(std::string_view language);

 private:
  const store::AttributeSchema* schema_;
};

/// Data of the button that leaves (or takes again) one value from anywhere.
std::string leave_data(std::string_view attribute, std::string_view value, bool on = false);

/// First chosen value of a single attribute; "" when nothing is chosen.
std::string chosen_value(const Chosen& chosen, std::string_view attribute);

}  // namespace kairan::intents
