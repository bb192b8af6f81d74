// menus/NAME.yaml of the content: the picture menus under the chat. A menu is a grid of cells; what each says in which
// language, what it does, and which picture (menus/NAME.LANGUAGE.png, drawn from this file by scripts/draw-menus) shows it.
// Values only; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file_problem.h"
#include "base/localized.h"
#include "base/message.h"

namespace kairan::intents {

struct MenuArea {
  int column = 0, row = 0, columns = 1, rows = 1;  ///< cells
  int x = 0, y = 0, width = 0, height = 0;         ///< pixels of the picture
  Localized label;                                 ///< big words on the picture, and what a screen reader says
  Localized hint;                                  ///< small words below; may be empty
  std::string icon;                                ///< a drawing of scripts/draw-menus; may be empty
  enum class Does { kSay, kPostback, kOpenUri, kShowMenu };
  Does does = Does::kSay;
  Localized value;                                 ///< what is said (by language), or the data, address or menu under "ja"
  Localized display;                               ///< kPostback: what the resident is shown to have said
};

struct Menu {
  std::string name;              ///< the file's, and the menu's alias
  std::string title;             ///< for staff
  Localized bar;                 ///< on the bar that opens it
  bool for_everyone = false;     ///< shown to whoever has no other
  bool open = true;              ///< open when the chat is opened
  std::string look;              ///< colours: "calm" or "alert"
  int width = 0, height = 0;     ///< of the picture, pixels
  int columns = 1, rows = 1;
  std::vector<std::string> languages;  ///< one picture each
  std::vector<MenuArea> areas;
};

/// "main" in Japanese, "main-en": the alias of a menu in a language.
std::string menu_alias(const Menu& menu, std::string_view language);
/// FOLDER/menus/NAME.LANGUAGE.png
std::string menu_picture(const std::string& folder, const Menu& menu, std::string_view language);

/// Reads one file's text. Problems go into `problems` under `file`.
Menu parse_menu(std::string_view text, const std::string& file, std::string_view name, std::vector<FileProblem>& problems);

/// All menus of a content folder by name; none when it has no menus. Checked whole: cells that overlap or leave the grid,
/// labels that do not fit, menus that are switched to and not there, more than one for everyone, and pictures that are
/// missing, of another size or over LINE's 1 MB.
std::vector<Menu> load_menus(const std::string& folder, std::vector<FileProblem>& problems);

}  // namespace kairan::intents
