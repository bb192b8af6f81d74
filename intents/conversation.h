// What is remembered between two messages, as the JSON text that the gateway keeps for the resident. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "intents/matcher.h"

namespace kairan::intents {

/// How long 「それはいつ？」 can refer back. A dialogue lives as long as the gateway keeps the state.
inline constexpr std::chrono::minutes kContextLife{30};

/// Empty when `state` is empty or not ours; without the remembered question when it is older than kContextLife.
Context read_context(std::string_view state, TimePoint now);
/// "" when there is nothing to remember.
std::string write_context(const Context& context, TimePoint now);

/// Value of a slot, or "".
std::string slot_of(const Context& context, std::string_view name);
/// Sets a slot; an empty value removes it.
void set_slot(Context& context, std::string_view name, std::string value);

}  // namespace kairan::intents
