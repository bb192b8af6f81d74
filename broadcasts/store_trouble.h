// What the threads that send do when the store does not answer: wait and try again. Pure; any thread.
#pragma once

#include <chrono>

#include "base/result.h"

namespace kairan::broadcasts {

/// How long a thread leaves the store alone after it did not answer.
inline constexpr std::chrono::milliseconds kStoreAway{100};

/// An error that is over when the store answers again.
inline bool passes(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kTimeout;
}

}  // namespace kairan::broadcasts
