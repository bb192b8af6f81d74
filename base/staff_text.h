// What staff read, in both languages of their screens, written side by side so that neither can be forgotten. Values only; any
// thread.
#pragma once

#include <string>

#include "base/result.h"

namespace kairan {

struct StaffText {
  std::string ja;
  std::string en;
};

inline bool operator==(const StaffText& a, const StaffText& b) { return a.ja == b.ja && a.en == b.en; }

/// An error that tells staff what is wrong and what to do next.
inline Error staff_error(ErrorCode code, StaffText text) { return Error{code, std::move(text.ja), std::move(text.en)}; }

/// What an error tells staff; Japanese in both where it was written in Japanese alone.
inline StaffText told(const Error& error) { return {error.detail, error.english.empty() ? error.detail : error.english}; }

}  // namespace kairan
