// What staff read, in both languages of their screens, written side by side so that neither can be forgotten. Values only; any
// thread.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace kairan {

struct StaffText {
  StaffText() = default;
  /// Both, always; a list of texts cannot be taken for one by leaving out braces.
  StaffText(std::string japanese, std::string english) : ja(std::move(japanese)), en(std::move(english)) {}

  StaffText& operator+=(const StaffText& more) {
    ja += more.ja;
    en += more.en;
    return *this;
  }
  bool empty() const { return ja.empty(); }

  std::string ja;
  std::string en;
};

/// The same words for everyone: a name, what a person wrote.
inline StaffText same_text(const std::string& text) {
  return {text, text};
}

inline bool operator==(const StaffText& a, const StaffText& b) {
  return a.ja == b.ja && a.en == b.en;
}

/// "messages[0].text: …", what is told of one place; "" = the whole.
inline StaffText at_place(const std::string& place, const StaffText& text) {
  return place.empty() ? text : StaffText{place + ": " + text.ja, place + ": " + text.en};
}

/// An error that tells staff what is wrong and what to do next.
inline Error staff_error(ErrorCode code, StaffText text) {
  return Error{code, std::move(text.ja), std::move(text.en)};
}

/// What an error tells staff; Japanese in both where it was written in Japanese alone.
inline StaffText told(const Error& error) {
  return {error.detail, error.english.empty() ? error.detail : error.english};
}

}  // namespace kairan
