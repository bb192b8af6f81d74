// JMA's Atom feeds: which telegrams are new. A feed is a list of links; what is loaded is the link, never the id. Pure; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace kairan::adapters::jma {

struct FeedEntry {
  std::string link;   ///< "https://host/path", of an allowed origin
  std::string title;  ///< for the log
  TimePoint updated;
};

struct Feed {
  std::vector<FeedEntry> entries;  ///< oldest first
  std::size_t refused = 0;         ///< links that point to another origin or are no links
};

inline constexpr std::size_t kMaxFeedBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxFeedEntries = 5000;  ///< the long feed of a week stays well below

/// @param origins  "https://www.data.jma.go.jp": only links of these are taken
/// @return kSyntax or kInvalid with a Japanese reason for bytes that are not an Atom feed
Result<Feed> read_feed(std::string_view bytes, const std::vector<std::string>& origins);

/// "https://host" and "/path?query" of an address; nothing for another scheme, a user, or a host with odd characters.
/// Plain http only on loopback, for tests and rehearsals.
struct Address {
  std::string origin, path;
};
std::optional<Address> split_address(std::string_view url);

}  // namespace kairan::adapters::jma
