// A value that must not be printed: channel secrets, access tokens, keys. It has no stream operator and no conversion, so
// logging one does not compile; `reveal()` marks each use in the source. Memory is wiped on destruction.
#pragma once

#include <string>
#include <string_view>

namespace kairan {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  bool empty() const { return value_.empty(); }
  std::size_t size() const { return value_.size(); }
  std::string_view reveal() const { return value_; }

 private:
  void wipe();
  std::string value_;
};

}  // namespace kairan
