// Content folders on disk: copying one whole and flushed, and what names a version. Functions hold no state.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kairan::gateway {

/// The folder of the setting `content`, as a version.
inline constexpr std::string_view kInstalledVersion = "installed";
/// A ULID.
bool is_version_id(std::string_view id);

/// Copies a content folder in the place of `to`: regular files and plain subfolders only, flushed.
Status copy_folder(const std::string& from, const std::string& to);
Error folder_error(const std::string& what);

/// The texts of a member that is a list.
std::set<std::string> texts_of(const nlohmann::json& object, const char* key);

}  // namespace kairan::gateway
