// Reading a file into memory, no more of it than the caller has room for. No state; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace kairan {

/// The first `max_bytes` bytes of a file; memory is taken as the file needs it, not for the limit. Asking for one byte more than is
/// allowed shows whether the file is too large. nullopt when it cannot be opened or read.
std::optional<std::string> read_at_most(const std::string& path, std::size_t max_bytes);

}  // namespace kairan
