// Short links: an address of a broadcast's text and the code it is followed by. The code depends only on the broadcast and the
// address, so that everyone in it gets the same one and nothing about a person is in it. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broadcasts/document.h"

namespace kairan::broadcasts {

/// 10 characters of [0-9A-Za-z].
std::string link_code(std::string_view broadcast, std::string_view url);

struct CodedLink {
  std::string code, url;
};
/// Whether a broadcast's links are counted: not an emergency's, which must work when this machine does not.
bool counts_links(const Document& document);
/// Every address that residents may follow in any language, once.
std::vector<CodedLink> coded_links(std::string_view broadcast, const Document& document);

}  // namespace kairan::broadcasts
