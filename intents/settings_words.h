// What residents type to reach 受信設定 and to move in it, without buttons. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/attributes.h"

namespace kairan::intents {

/// Works at any time: in the middle of other questions too.
struct SettingsCommand {
  enum class Kind {
    kStart,      ///< 「設定」「受信設定」
    kShow,       ///< 「設定を見る」
    kErase,      ///< 「消す」「全部消して」
    kShowCode,   ///< 「コードを見せて」
    kEnterCode,  ///< 「コード 123-456」; `code` may be empty
    kResume,     ///< 「設定を続ける」
    kAsk,        ///< 「地区を変えたい」; `attribute`
    kLeave,      ///< 「子育てのお知らせをやめる」; `attribute`, `value`
  };
  Kind kind = Kind::kStart;
  std::string code;
  std::string attribute, value;
};
std::optional<SettingsCommand> read_settings_command(std::string_view text, const store::AttributeSchema& schema);

/// Works while a question of the settings waits.
enum class StepWord { kBack, kSkip, kNext, kStop, kYes, kNo };
std::optional<StepWord> read_step_word(std::string_view text);

/// Values of `attribute` that the text names, whole: every part of 「七浦、浜」 must be one, by label in any language, by
/// id, or by its number in the list; empty otherwise.
std::vector<std::string> read_values(std::string_view text, const store::Attribute& attribute);

/// A code alone, as the city hands it out: eight letters and digits (or six digits), in small letters or full width, with or
/// without hyphens. Returned in capitals without them; nothing when the text holds anything else.
std::optional<std::string> read_code(std::string_view text);

}  // namespace kairan::intents
