// How an answer of the content becomes messages: the text in the resident's language, who is in charge, where it is
// published, the mark of sample text, and what is said when the fact is past its review date. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"
#include "base/message.h"
#include "intents/content.h"

namespace kairan::intents {

/// What a message of the narrowest channel holds; texts of the content are checked and shortened to it.
inline constexpr ChannelLimits kChannel{};

/// A text of the content with what stands behind it.
struct Statement {
  Localized text;
  std::string section;  ///< 担当課
  std::string phone;
  std::string hours;
  std::string url;                ///< 出典URL
  std::optional<Date> review_by;  ///< 見直し期限
  bool sample = false;
};

bool past_review(const Statement& statement, Date today);

/// The text a resident reads. Past the review date it is 「担当課にご確認ください」 with section and phone, not the
/// text. At most 5,000 UTF-16 units: the content's text is cut before the lines about who is in charge are.
std::string statement_text(const Statement& statement, std::string_view language, Date today, const City& city);

/// A sentence of the engine itself in the resident's language, by name; see the table in reply.cpp.
std::string_view fixed_text(std::string_view name, std::string_view language);

/// {name} replaced by the value; unknown names stay.
std::string fill_in(std::string text, const std::vector<std::pair<std::string, std::string>>& values);

/// A label that fits a button (20 characters).
std::string button_label(std::string_view text);

}  // namespace kairan::intents
