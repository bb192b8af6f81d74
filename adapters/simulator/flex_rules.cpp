// Flex Message rules: the tree's forms, required members, and sizes (bubble 30 KB, carousel 50 KB and 12 bubbles).
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "adapters/simulator/message_rules.h"
#include "base/bounded_json.h"

namespace kairan::adapters::simulator {
namespace {

using nlohmann::json;

// Whether LINE's KB is 1,000 or 1,024 bytes is not published: the smaller is enforced.
constexpr std::size_t kBubbleBytes = 30'000;
constexpr std::size_t kCarouselBytes = 50'000;
constexpr std::size_t kBubbles = 12;
constexpr int kDepth = 12;

void check_component(const json& component, const std::string& at, int depth, Violations& out);

void check_contents(const json& holder, bool required, const std::string& at, int depth, Violations& out) {
  const json* contents = json_member(holder, "contents");
  if (contents == nullptr && !required) return;
  if (contents == nullptr || !contents->is_array()) {
    out.push_back({"May not be null", at + "/contents"});
    return;
  }
  for (std::size_t i = 0; i < contents->size(); ++i) {
    check_component((*contents)[i], at + "/contents/" + std::to_string(i), depth + 1, out);
  }
}

void check_box(const json& box, const std::string& at, int depth, Violations& out) {
  const std::string layout = json_text(box, "layout");
  if (layout != "horizontal" && layout != "vertical" && layout != "baseline") {
    out.push_back({"invalid property", at + "/layout"});
  }
  check_contents(box, true, at, depth, out);
  if (const json* action = json_member(box, "action")) check_action(action, ActionPlace::kFlex, at + "/action", out);
}

void check_component(const json& component, const std::string& at, int depth, Violations& out) {
  if (depth > kDepth || !component.is_object()) {
    out.push_back({"invalid property", at});
    return;
  }
  const std::string type = json_text(component, "type");
  if (type == "box") return check_box(component, at, depth, out);
  if (type == "text") {
    const json* contents = json_member(component, "contents");
    const bool has_spans = contents != nullptr && contents->is_array() && !contents->empty();
    if (!has_spans) {
      const json* text = json_member(component, "text");
      if (text == nullptr || !text->is_string() || text->get_ref<const std::string&>().empty()) {
        out.push_back({"must be non-empty text", at + "/text"});
      }
    }
  } else if (type == "button") {
    const json* action = json_member(component, "action");
    check_action(action, ActionPlace::kFlex, at + "/action", out);
    if (action != nullptr && json_text(*action, "label").empty()) {
      out.push_back({"must be specified", at + "/action/label"});
    }
    const std::string style = json_text(component, "style");
    if (!style.empty() && style != "primary" && style != "secondary" && style != "link") {
      out.push_back({"invalid property", at + "/style"});
    }
  } else if (type == "image" || type == "icon") {
    check_url(component, "url", true, at, out);
  } else if (type == "video") {
    check_url(component, "url", true, at, out);
    check_url(component, "previewUrl", true, at, out);
  } else if (type != "separator" && type != "filler" && type != "spacer" && type != "span") {
    out.push_back({"must be one of the allowed component types", at + "/type"});
  }
  if (type != "button") {
    if (const json* action = json_member(component, "action")) {
      check_action(action, ActionPlace::kFlex, at + "/action", out);
    }
  }
}

void check_bubble(const json& bubble, const std::string& at, Violations& out) {
  if (json_text(bubble, "type") != "bubble") {
    out.push_back({"must be a bubble", at + "/type"});
    return;
  }
  static constexpr std::array<const char*, 8> kSizes{"nano", "micro", "deca", "hecto", "kilo", "mega", "giga", ""};
  const std::string size = json_text(bubble, "size");
  if (std::none_of(kSizes.begin(), kSizes.end(), [&](const char* known) { return size == known; })) {
    out.push_back({"invalid property", at + "/size"});
  }
  for (const char* block : {"header", "hero", "body", "footer"}) {
    if (const json* component = json_member(bubble, block)) {
      if (std::string_view(block) != "hero" && json_text(*component, "type") != "box") {
        out.push_back({"must be a box", at + "/" + block});
      }
      check_component(*component, at + "/" + block, 0, out);
    }
  }
  if (dump_json(bubble).size() > kBubbleBytes) out.push_back({"bubble is larger than 30 KB", at});
}

}  // namespace

void check_flex(const json& message, const std::string& at_message, Violations& out) {
  check_text(message, "altText", 1500, Unit::kUtf16, true, at_message, out);
  const json* contents = json_member(message, "contents");
  const std::string at = at_message + ".contents";
  if (contents == nullptr || !contents->is_object()) {
    out.push_back({"May not be null", at});
    return;
  }
  if (json_text(*contents, "type") != "carousel") return check_bubble(*contents, at, out);
  const json* bubbles = json_member(*contents, "contents");
  if (bubbles == nullptr || !bubbles->is_array() || bubbles->empty() || bubbles->size() > kBubbles) {
    out.push_back({"size must be between 1 and 12", at + "/contents"});
    return;
  }
  for (std::size_t i = 0; i < bubbles->size(); ++i) {
    const std::string where = at + "/contents/" + std::to_string(i);
    check_bubble((*bubbles)[i], where, out);
    if (json_text((*bubbles)[i], "size") != json_text((*bubbles)[0], "size")) {
      out.push_back({"bubbles of a carousel have one width", where + "/size"});
    }
  }
  if (dump_json(*contents).size() > kCarouselBytes) out.push_back({"carousel is larger than 50 KB", at});
}

}  // namespace kairan::adapters::simulator
