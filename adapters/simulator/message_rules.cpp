#include "adapters/simulator/message_rules.h"

#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/text.h"

namespace kairan::adapters::simulator {
namespace {

using nlohmann::json;

constexpr std::size_t kMessages = 5;
constexpr std::size_t kTextUtf16 = 5000;
constexpr std::size_t kAltTextUtf16 = 1500;
constexpr std::size_t kQuickReplies = 13;

/// The UTF-16 unit at `index`, 0 outside the text.
char16_t unit_at(const std::string& text, std::size_t index) {
  const std::string_view head = prefix_utf16(text, index);
  if (length_utf16(head) != index || head.size() >= text.size()) return 0;
  const auto byte = static_cast<unsigned char>(text[head.size()]);
  return byte < 0x80 ? static_cast<char16_t>(byte) : u'\xfffd';
}

void check_text_message(const json& message, const std::string& at, Violations& out) {
  const std::string text = check_text(message, "text", kTextUtf16, Unit::kUtf16, true, at, out);
  const json* emojis = json_member(message, "emojis");
  if (emojis == nullptr) return;
  if (!emojis->is_array() || emojis->size() > 20) {
    out.push_back({"size must be between 0 and 20", at + ".emojis"});
    return;
  }
  for (std::size_t i = 0; i < emojis->size(); ++i) {
    const json* index = json_member((*emojis)[i], "index");
    if (index == nullptr || !index->is_number_unsigned() || unit_at(text, index->get<std::size_t>()) != u'$') {
      out.push_back({"Invalid index", at + ".emojis[" + std::to_string(i) + "].index"});
    }
  }
}

void check_text_v2(const json& message, const std::string& at, Violations& out) {
  check_text(message, "text", kTextUtf16, Unit::kUtf16, true, at, out);
  const json* substitution = json_member(message, "substitution");
  if (substitution == nullptr) return;
  if (!substitution->is_object() || substitution->size() > 100) {
    out.push_back({"size must be between 0 and 100", at + ".substitution"});
    return;
  }
  for (const auto& [key, value] : substitution->items()) {
    const bool good =
        !key.empty() && key.size() <= 20 &&
        key.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string::npos;
    if (!good || !value.is_object()) out.push_back({"invalid property", at + ".substitution"});
  }
}

void check_location(const json& message, const std::string& at, Violations& out) {
  check_text(message, "title", 100, Unit::kUtf16, true, at, out);
  check_text(message, "address", 100, Unit::kUtf16, true, at, out);
  for (const auto& [name, bound] : {std::pair{"latitude", 90.0}, std::pair{"longitude", 180.0}}) {
    const json* member = json_member(message, name);
    if (member == nullptr || !member->is_number() || member->get<double>() < -bound || member->get<double>() > bound) {
      out.push_back({"invalid property", at + "." + name});
    }
  }
}

void check_actions(const json& holder, std::size_t least, std::size_t most, ActionPlace place, const std::string& at,
                   Violations& out) {
  const json* actions = json_member(holder, "actions");
  const std::string where = at + ".actions";
  if (actions == nullptr || !actions->is_array() || actions->size() < least || actions->size() > most) {
    out.push_back({"size must be between " + std::to_string(least) + " and " + std::to_string(most), where});
    return;
  }
  for (std::size_t i = 0; i < actions->size(); ++i) {
    check_action(&(*actions)[i], place, where + "[" + std::to_string(i) + "]", out);
  }
}

/// Buttons and carousel columns share a form: text is shorter beside a title or an image.
void check_column(const json& column, std::size_t alone, std::size_t actions, const std::string& at, Violations& out) {
  const bool decorated = json_member(column, "title") != nullptr || json_member(column, "thumbnailImageUrl") != nullptr;
  check_text(column, "text", decorated ? 60 : alone, Unit::kGraphemes, true, at, out);
  check_text(column, "title", 40, Unit::kGraphemes, false, at, out);
  check_url(column, "thumbnailImageUrl", false, at, out);
  check_actions(column, 1, actions, ActionPlace::kTemplate, at, out);
  if (const json* action = json_member(column, "defaultAction")) {
    check_action(action, ActionPlace::kFlex, at + ".defaultAction", out);
  }
}

void check_template(const json& message, const std::string& at_message, Violations& out) {
  check_text(message, "altText", kAltTextUtf16, Unit::kUtf16, true, at_message, out);
  const json* content = json_member(message, "template");
  const std::string at = at_message + ".template";
  if (content == nullptr || !content->is_object()) {
    out.push_back({"May not be null", at});
    return;
  }
  const std::string type = json_text(*content, "type");
  if (type == "buttons") return check_column(*content, 160, 4, at, out);
  if (type == "confirm") {
    check_text(*content, "text", 240, Unit::kGraphemes, true, at, out);
    return check_actions(*content, 2, 2, ActionPlace::kTemplate, at, out);
  }
  const json* columns = json_member(*content, "columns");
  if (type != "carousel" && type != "image_carousel") {
    out.push_back({"must be one of the allowed template types", at + ".type"});
    return;
  }
  if (columns == nullptr || !columns->is_array() || columns->empty() || columns->size() > 10) {
    out.push_back({"size must be between 1 and 10", at + ".columns"});
    return;
  }
  std::size_t first_count = 0;
  for (std::size_t i = 0; i < columns->size(); ++i) {
    const json& column = (*columns)[i];
    const std::string where = at + ".columns[" + std::to_string(i) + "]";
    if (type == "image_carousel") {
      check_url(column, "imageUrl", true, where, out);
      check_action(json_member(column, "action"), ActionPlace::kImageCarousel, where + ".action", out);
      continue;
    }
    check_column(column, 120, 3, where, out);
    const json* actions = json_member(column, "actions");
    const std::size_t count = actions != nullptr && actions->is_array() ? actions->size() : 0;
    if (i == 0) first_count = count;
    if (count != first_count) out.push_back({"The number of actions must be the same in every column", where});
  }
}

void check_sticker(const json& message, const std::string& at, Violations& out) {
  for (const char* name : {"packageId", "stickerId"}) {
    const std::string id = check_text(message, name, 20, Unit::kUtf16, true, at, out);
    if (id.find_first_not_of("0123456789") != std::string::npos) {
      out.push_back({"invalid property", at + "." + name});
    }
  }
}

void check_imagemap(const json& message, const std::string& at, Violations& out) {
  check_url(message, "baseUrl", true, at, out);
  check_text(message, "altText", kAltTextUtf16, Unit::kUtf16, true, at, out);
  const json* size = json_member(message, "baseSize");
  if (size == nullptr || size->value("width", 0) != 1040) out.push_back({"must be 1040", at + ".baseSize.width"});
  const json* actions = json_member(message, "actions");
  if (actions == nullptr || !actions->is_array() || actions->size() > 50) {
    out.push_back({"size must be between 0 and 50", at + ".actions"});
  }
}

void check_media(const json& message, const std::string& type, const std::string& at, Violations& out) {
  check_url(message, "originalContentUrl", true, at, out);
  if (type != "audio") check_url(message, "previewImageUrl", true, at, out);
  const json* duration = json_member(message, "duration");
  if (type == "audio" && (duration == nullptr || !duration->is_number_unsigned())) {
    out.push_back({"May not be null", at + ".duration"});
  }
}

void check_quick_reply(const json& message, const std::string& at_message, Violations& out) {
  const json* quick_reply = json_member(message, "quickReply");
  if (quick_reply == nullptr) return;
  const std::string at = at_message + ".quickReply.items";
  const json* items = json_member(*quick_reply, "items");
  if (items == nullptr || !items->is_array() || items->empty() || items->size() > kQuickReplies) {
    out.push_back({"size must be between 1 and 13", at});
    return;
  }
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string where = at + "[" + std::to_string(i) + "]";
    check_url((*items)[i], "imageUrl", false, where, out);
    check_action(json_member((*items)[i], "action"), ActionPlace::kQuickReply, where + ".action", out);
  }
}

void check_sender(const json& message, const std::string& at, Violations& out) {
  const json* sender = json_member(message, "sender");
  if (sender == nullptr) return;
  const std::string name = check_text(*sender, "name", 20, Unit::kUtf16, false, at + ".sender", out);
  if (name.find("LINE") != std::string::npos) out.push_back({"invalid property", at + ".sender.name"});
  check_url(*sender, "iconUrl", false, at + ".sender", out);
}

void check_message(const json& message, const std::string& at, Violations& out) {
  if (!message.is_object()) {
    out.push_back({"Must be an object", at});
    return;
  }
  const std::string type = json_text(message, "type");
  if (type == "text") {
    check_text_message(message, at, out);
  } else if (type == "textV2") {
    check_text_v2(message, at, out);
  } else if (type == "sticker") {
    check_sticker(message, at, out);
  } else if (type == "image" || type == "video" || type == "audio") {
    check_media(message, type, at, out);
  } else if (type == "location") {
    check_location(message, at, out);
  } else if (type == "imagemap") {
    check_imagemap(message, at, out);
  } else if (type == "template") {
    check_template(message, at, out);
  } else if (type == "flex") {
    check_flex(message, at, out);
  } else if (type == "coupon") {
    check_text(message, "couponId", 100, Unit::kUtf16, true, at, out);
  } else {
    out.push_back({"must be one of the allowed message types", at + ".type"});
  }
  check_quick_reply(message, at, out);
  check_sender(message, at, out);
}

}  // namespace

Violations check_messages(const json* messages) {
  Violations out;
  if (messages == nullptr || messages->is_null()) return {{"May not be null", "messages"}};
  if (!messages->is_array()) return {{"Must be an array", "messages"}};
  if (messages->empty() || messages->size() > kMessages) {
    return {{"Size must be between 1 and 5", "messages"}};
  }
  for (std::size_t i = 0; i < messages->size(); ++i) {
    check_message((*messages)[i], "messages[" + std::to_string(i) + "]", out);
  }
  return out;
}

}  // namespace kairan::adapters::simulator
