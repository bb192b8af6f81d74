#include "base/secret.h"

#include <string.h>

namespace kairan {

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    value_ = other.value_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

void Secret::wipe() {
  // explicit_bzero is not optimised away, unlike a memset of memory about to be freed.
  explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

}  // namespace kairan
