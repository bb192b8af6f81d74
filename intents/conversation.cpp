#include "intents/conversation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"

namespace kairan::intents {
namespace {
constexpr std::size_t kMaxStateBytes = 16 << 10;
}

Context read_context(std::string_view state, TimePoint now) {
  Context context;
  if (state.empty()) return context;
  const Result<nlohmann::json> parsed = parse_json(state, {kMaxStateBytes, 4});
  if (!parsed || !parsed->is_object()) return context;
  context.dialogue = json_text(*parsed, "dialogue");
  context.dialogue_step = json_text(*parsed, "step");
  if (const nlohmann::json* slots = json_member(*parsed, "slots"); slots != nullptr && slots->is_object()) {
    for (const auto& [name, value] : slots->items()) {
      if (value.is_string()) context.slots.emplace_back(name, value.get<std::string>());
    }
  }
  const nlohmann::json* const at = json_member(*parsed, "at");
  const bool recent =
      at != nullptr && at->is_number_integer() && now - from_unix_ms(at->get<std::int64_t>()) <= kContextLife;
  if (!recent) {
    set_slot(context, "pending", "");
    return context;
  }
  context.last_intent = json_text(*parsed, "intent");
  context.last_item = json_text(*parsed, "item");
  context.last_category = json_text(*parsed, "category");
  if (const nlohmann::json* offered = json_member(*parsed, "offered"); offered != nullptr && offered->is_array()) {
    for (const nlohmann::json& intent : *offered) {
      if (intent.is_string()) context.offered.push_back(intent.get<std::string>());
    }
  }
  return context;
}

std::string write_context(const Context& context, TimePoint now) {
  nlohmann::json state = nlohmann::json::object();
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) state[name] = value;
  };
  put("intent", context.last_intent);
  put("item", context.last_item);
  put("category", context.last_category);
  put("dialogue", context.dialogue);
  put("step", context.dialogue_step);
  for (const auto& [name, value] : context.slots) state["slots"][name] = value;
  for (const std::string& intent : context.offered) state["offered"].push_back(intent);
  if (state.empty()) return {};
  state["at"] = to_unix_ms(now);
  return dump_json(state);
}

std::string slot_of(const Context& context, std::string_view name) {
  for (const auto& [known, value] : context.slots) {
    if (known == name) return value;
  }
  return {};
}

void set_slot(Context& context, std::string_view name, std::string value) {
  const auto known =
      std::find_if(context.slots.begin(), context.slots.end(), [&](const auto& slot) { return slot.first == name; });
  if (value.empty()) {
    if (known != context.slots.end()) context.slots.erase(known);
  } else if (known != context.slots.end()) {
    known->second = std::move(value);
  } else {
    context.slots.emplace_back(std::string(name), std::move(value));
  }
}

}  // namespace kairan::intents
