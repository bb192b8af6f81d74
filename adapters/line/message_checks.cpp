#include "adapters/line/message_checks.h"

#include <algorithm>
#include <utility>

#include "adapters/line/messages.h"
#include "base/text.h"

namespace kairan::adapters::line {
namespace {

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; });
}

}  // namespace

void Checker::fail(ErrorCode code, std::string field, std::string_view what) {
  if (error_) return;
  field += ": ";
  field += what;
  error_ = Error{code, std::move(field)};
}

void Checker::size(const std::string& field, std::size_t size, std::size_t max, std::string_view unit) {
  if (size <= max) return;
  std::string what = std::to_string(size);
  what += " ";
  what += unit;
  what += ", at most " + std::to_string(max);
  fail(ErrorCode::kTooLarge, field, what);
}

bool Checker::text(const std::string& field, std::string_view text) {
  if (text.empty()) {
    fail(ErrorCode::kInvalid, field, "empty");
    return false;
  }
  if (!is_valid_utf8(text)) {
    fail(ErrorCode::kInvalid, field, "not UTF-8");
    return false;
  }
  return true;
}

void Checker::utf16(const std::string& field, std::string_view value, std::size_t max) {
  if (text(field, value)) size(field, length_utf16(value), max, "utf16 units");
}

void Checker::graphemes(const std::string& field, std::string_view value, std::size_t max) {
  if (text(field, value)) size(field, length_graphemes(value), max, "graphemes");
}

void Checker::bytes(const std::string& field, std::size_t count, std::size_t max) { size(field, count, max, "bytes"); }

void Checker::count(const std::string& field, std::size_t count, std::size_t max) {
  if (count == 0) fail(ErrorCode::kInvalid, field, "empty");
  size(field, count, max, "items");
}

void Checker::media_url(const std::string& field, std::string_view url) {
  utf16(field, url, kMaxUrlUtf16);
  if (!is_printable_ascii(url)) fail(ErrorCode::kInvalid, field, "not percent-encoded");
  if (!starts_with_any(url, {"https://"})) fail(ErrorCode::kInvalid, field, "not an https address");
}

void Checker::action_uri(const std::string& field, std::string_view uri) {
  utf16(field, uri, kMaxActionUriUtf16);
  if (!is_printable_ascii(uri)) fail(ErrorCode::kInvalid, field, "not percent-encoded");
  if (!starts_with_any(uri, {"https://", "http://", "line://", "tel:"})) {
    fail(ErrorCode::kInvalid, field, "not an https, http, line or tel address");
  }
}

void check_action(Checker& check, const std::string& field, const Action& action, ActionPlace place) {
  check.graphemes(field + ".label", action.label, kMaxLabelGraphemes);
  switch (action.kind) {
    case Action::Kind::kSay:
      check.graphemes(field + ".value", action.value, kMaxSayGraphemes);
      break;
    case Action::Kind::kPostback:
      check.utf16(field + ".value", action.value, kMaxPostbackUtf16);
      if (!action.display.empty()) check.graphemes(field + ".display", action.display, kMaxSayGraphemes);
      break;
    case Action::Kind::kOpenUri:
      check.action_uri(field + ".value", action.value);
      break;
    case Action::Kind::kLocation:
      if (place != ActionPlace::kQuickReply) {
        check.fail(ErrorCode::kInvalid, field, "a location is asked for by quick replies only");
      }
      break;
    case Action::Kind::kDate:
      check.utf16(field + ".value", action.value, kMaxPostbackUtf16);
      break;
  }
}

}  // namespace kairan::adapters::line
