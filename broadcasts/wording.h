// From a document to what one group of residents reads: language with its fallbacks, variables, the display they chose, and
// the marks that the system puts in front. Pure functions; any thread.
//
// Marks: every message of a drill begins with 【訓練】 and every one of a practice with 【練習】, once, whatever the author typed.
// Displays are the channel's (Deliverer::render_as); only a picture with an alternative text becomes that text here.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil_time.h"
#include "base/message.h"
#include "base/result.h"
#include "broadcasts/document.h"

namespace kairan::broadcasts {

inline constexpr std::string_view kPracticeMark = "【練習】";
inline constexpr std::string_view kTestMark = "【テスト】";
/// The variable that is no attribute: the day of sending.
inline constexpr std::string_view kDateVariable = "date";

/// A text cut at its variables.
struct TextPiece {
  std::string text;       ///< literal, or the variable's name
  bool variable = false;
};
/// kInvalid with a reason for staff for a brace that is not closed or a name that cannot be one.
Result<std::vector<TextPiece>> cut_text(std::string_view text);

/// A text whose braces are characters and name no variables, as a document writes it.
std::string literal_text(std::string_view text);
/// "[2]", of a path in a document.
std::string index_path(std::size_t index);

/// The names of the variables in all texts of the document, without {date}. Texts that cannot be cut are passed over.
std::set<std::string> variables_of(const Document& document);
/// All languages in which something is written, "ja" among them.
std::set<std::string> languages_of(const Document& document);

/// Calls visit(path, Localized) for every text that residents read.
void each_text(const Document& document, const std::function<void(const std::string& path, const Localized& text)>& visit);

struct Reader {
  std::string language = "ja";
  Display display = Display::kStandard;
  std::map<std::string, std::string> values;  ///< variable → what it says, in the reader's language
  Date date{};                                ///< of sending
  /// Address of a link → address to show in its place; empty = as it is.
  std::function<std::string(std::string_view url)> link;
  /// "/m/..." → the full address; empty = as it is.
  std::string media_base;
  bool test = false;  ///< marked as a test
  /// Offered under the last message, by the system: leaving the topic without blocking the account. Left out where the author's own
  /// quick replies fill the row.
  std::optional<kairan::Action> leave_topic;
};

/// The button that leaves a topic: 「このお知らせをやめる」 in the reader's language. Its data is that of the settings in the chat,
/// "set:topic:ID:off".
kairan::Action leave_topic_action(std::string_view topic, const Localized& topic_label, const std::string& language);

/// What this reader is sent. The document must have passed check_document(); a variable without a value is left out.
std::vector<Message> messages_for(const Document& document, const Reader& reader);

/// The messages as plain text, for previews, the register and readability.
std::string plain_text(const std::vector<Message>& messages);

/// `text` with `mark` in front exactly once.
std::string with_mark(std::string_view mark, std::string_view text);

/// The addresses of the web in a text, in order, without repeats.
std::vector<std::string> links_in(std::string_view text);
/// `text` with each address replaced by what `replace` gives for it.
std::string replace_links(std::string_view text, const std::function<std::string(std::string_view)>& replace);

}  // namespace kairan::broadcasts
