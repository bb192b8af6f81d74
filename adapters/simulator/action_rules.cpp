#include <nlohmann/json.hpp>

#include "adapters/simulator/message_rules.h"
#include "base/bounded_json.h"
#include "base/text.h"

namespace kairan::adapters::simulator {

using nlohmann::json;

std::string check_text(const json& object, const char* name, std::size_t max, Unit unit, bool required,
                       const std::string& at, Violations& out) {
  const json* member = json_member(object, name);
  const std::string where = at + "." + name;
  if (member == nullptr) {
    if (required) out.push_back({"May not be empty", where});
    return {};
  }
  if (!member->is_string()) {
    out.push_back({"Must be a string", where});
    return {};
  }
  auto text = member->get<std::string>();
  if (text.empty()) out.push_back({"May not be empty", where});
  const std::size_t length = unit == Unit::kUtf16 ? length_utf16(text) : length_graphemes(text);
  if (length > max) {
    out.push_back({"Length must be between 0 and " + std::to_string(max), where});
  }
  return text;
}

void check_url(const json& object, const char* name, bool required, const std::string& at, Violations& out) {
  const std::string url = check_text(object, name, 2000, Unit::kUtf16, required, at, out);
  if (!url.empty() && url.rfind("https://", 0) != 0) out.push_back({"invalid uri scheme", at + "." + name});
}

void check_action(const json* action, ActionPlace place, const std::string& at, Violations& out) {
  if (action == nullptr || !action->is_object()) {
    out.push_back({"May not be empty", at});
    return;
  }
  const std::string type = json_text(*action, "type");
  const std::size_t label = place == ActionPlace::kImageCarousel ? 12 : place == ActionPlace::kFlex ? 40 : 20;
  const bool needs_label = place == ActionPlace::kTemplate || place == ActionPlace::kQuickReply;
  check_text(*action, "label", label, Unit::kGraphemes, needs_label, at, out);

  const auto only = [&](ActionPlace allowed) {
    if (place != allowed) out.push_back({"must be one of the allowed action types", at + ".type"});
  };
  if (type == "postback") {
    check_text(*action, "data", 300, Unit::kUtf16, true, at, out);
    check_text(*action, "displayText", 300, Unit::kGraphemes, false, at, out);
    check_text(*action, "text", 300, Unit::kGraphemes, false, at, out);
    check_text(*action, "fillInText", 300, Unit::kGraphemes, false, at, out);
    if (action->contains("displayText") && action->contains("text")) {
      out.push_back({"displayText and text can't be used together", at});
    }
    const std::string option = json_text(*action, "inputOption");
    if (!option.empty() && option != "closeRichMenu" && option != "openRichMenu" && option != "openKeyboard" &&
        option != "openVoice") {
      out.push_back({"invalid property", at + ".inputOption"});
    }
    if (action->contains("fillInText") && option != "openKeyboard") {
      out.push_back({"fillInText needs openKeyboard", at + ".fillInText"});
    }
  } else if (type == "message") {
    check_text(*action, "text", 300, Unit::kGraphemes, true, at, out);
  } else if (type == "uri") {
    const std::string uri = check_text(*action, "uri", 1000, Unit::kUtf16, true, at, out);
    const std::string scheme = uri.substr(0, uri.find(':'));
    if (!uri.empty() && scheme != "http" && scheme != "https" && scheme != "line" && scheme != "tel") {
      out.push_back({"invalid uri scheme", at + ".uri"});
    }
  } else if (type == "datetimepicker") {
    check_text(*action, "data", 300, Unit::kUtf16, true, at, out);
    const std::string mode = json_text(*action, "mode");
    if (mode != "date" && mode != "time" && mode != "datetime") out.push_back({"invalid property", at + ".mode"});
  } else if (type == "camera" || type == "cameraRoll" || type == "location") {
    only(ActionPlace::kQuickReply);
  } else if (type == "richmenuswitch") {
    only(ActionPlace::kRichMenu);
    check_text(*action, "data", 300, Unit::kUtf16, true, at, out);
    check_text(*action, "richMenuAliasId", 32, Unit::kUtf16, true, at, out);
  } else if (type == "clipboard") {
    check_text(*action, "clipboardText", 1000, Unit::kUtf16, true, at, out);
  } else {
    out.push_back({"must be one of the allowed action types", at + ".type"});
  }
}

Violations check_rich_menu(const json& menu) {
  Violations out;
  if (!menu.is_object()) return {{"May not be empty", ""}};
  const auto number = [](const json& object, const char* name) {
    const json* member = json_member(object, name);
    return member != nullptr && member->is_number_integer() ? member->get<long long>() : -1;
  };
  const json* size = json_member(menu, "size");
  const long long width = size != nullptr ? number(*size, "width") : -1;
  const long long height = size != nullptr ? number(*size, "height") : -1;
  if (width < 800 || width > 2500) out.push_back({"must be between 800 and 2500", "size.width"});
  if (height < 250) out.push_back({"must be greater than or equal to 250", "size.height"});
  if (width > 0 && height > 0 && static_cast<double>(width) / static_cast<double>(height) < 1.45) {
    out.push_back({"width / height must be 1.45 or more", "size"});
  }
  const json* selected = json_member(menu, "selected");
  if (selected == nullptr || !selected->is_boolean()) out.push_back({"May not be null", "selected"});
  check_text(menu, "name", 300, Unit::kGraphemes, true, "", out);
  check_text(menu, "chatBarText", 14, Unit::kGraphemes, true, "", out);
  const json* areas = json_member(menu, "areas");
  if (areas == nullptr || !areas->is_array()) {
    out.push_back({"May not be null", "areas"});
    return out;
  }
  if (areas->size() > 20) out.push_back({"size must be between 0 and 20", "areas"});
  for (std::size_t i = 0; i < areas->size() && i < 20; ++i) {
    const json& area = (*areas)[i];
    const std::string at = "areas[" + std::to_string(i) + "]";
    const json* bounds = json_member(area, "bounds");
    if (bounds == nullptr || number(*bounds, "x") < 0 || number(*bounds, "y") < 0 || number(*bounds, "width") <= 0 ||
        number(*bounds, "height") <= 0 || number(*bounds, "x") + number(*bounds, "width") > width ||
        number(*bounds, "y") + number(*bounds, "height") > height) {
      out.push_back({"bounds must lie in the menu", at + ".bounds"});
    }
    check_action(json_member(area, "action"), ActionPlace::kRichMenu, at + ".action", out);
  }
  return out;
}

}  // namespace kairan::adapters::simulator
