// The same messages for a person who wants to read in another way: in large type, or as plain text for a screen reader.
// Pure functions, any thread.
#pragma once

#include <vector>

#include "base/message.h"

namespace kairan::adapters::line {

/// kStandard: the messages as they are. kText: nothing but texts, locations, images and stickers; what could be pressed
/// is offered as quick replies of the last message, as many as LINE shows. kLarge: every text in a Flex bubble of large
/// type, as long as it fits one.
std::vector<Message> arrange(std::vector<Message> messages, Display display);

}  // namespace kairan::adapters::line
