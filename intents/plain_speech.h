// A question in the written language's forms, where it was typed as people speak: the dialect of Saga (「作りたかとけど」,
// 「漏れよる」, 「どがん」) and particles left out before 「なくした」. Only for analysis; the resident never sees it. The
// standard language passes unchanged: every form is looked at with the letters before and behind it. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kairan::intents {

/// Nothing when there is nothing to change.
std::optional<std::string> plain_speech(std::string_view text);

}  // namespace kairan::intents
