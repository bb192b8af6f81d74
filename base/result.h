// Expected failure as a value. An operation that can fail returns Result<T>; the caller's next step follows from the
// error's code. Broken invariants are assertions, not errors.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace kairan {

/// What went wrong, by what the caller does next. A closed set: add a value only when a caller acts differently on it.
enum class ErrorCode {
  kInvalid,      ///< the input is wrong; tell whoever gave it
  kSyntax,       ///< bytes that are not in the expected format
  kTooLarge,     ///< over a stated limit
  kNotFound,     ///< the thing named does not exist
  kConflict,     ///< the state does not allow it (an old epoch, a full store, a second owner)
  kUnavailable,  ///< a dependency did not answer; nothing is known to have happened; may be tried again
  kTimeout,      ///< a deadline passed; whether it happened is unknown
  kRefused,      ///< a dependency said no and will say no again
  kCorrupt,      ///< stored bytes fail their check
  kInternal,     ///< a defect of ours
};

/// The name used in logs and metrics, such as "invalid".
std::string_view error_code_name(ErrorCode code);

/// An expected failure. `detail` is for the log and for operators: never resident text, never a secret, and never shown
/// to residents as it is.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string detail;
  /// `detail` for staff who read English, where it was written for staff in Japanese; "" = there is none.
  std::string english = {};

  /// The same error with "context: " put before the detail.
  [[nodiscard]] Error within(std::string_view context) const;
};

/// Either a value or an Error. Reading the side that is not there is a defect and aborts.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}      // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { return std::get<1>(state_); }
  T value_or(T fallback) const& { return ok() ? value() : std::move(fallback); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return error_; }

 private:
  Error error_;
  bool ok_ = true;
};

using Status = Result<void>;

}  // namespace kairan
