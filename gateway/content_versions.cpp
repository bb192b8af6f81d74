// The versions of a ContentWorkspace: publishing and going back.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/staff_text.h"
#include "base/yaml_tree.h"
#include "gateway/content_folder.h"
#include "gateway/content_workspace.h"

namespace kairan::gateway {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxVersionBytes = 64 * 1024;
constexpr std::size_t kMostVersions = 200;

}  // namespace

Result<ContentVersion> ContentWorkspace::put_version(const std::string& folder, ContentVersion version) {
  version.id = make_ulid(clock_.now());
  version.published = clock_.now();
  version.current = true;
  const std::string target = root_ + "/versions/" + version.id;
  if (const Status copied = copy_folder(folder, target); !copied) return copied.error();
  intents::Loaded loaded = intents::load_engine(target);
  if (!loaded.engine) {
    return staff_error(ErrorCode::kInvalid,
                       {"この版はいまのプログラムでは読めません", "This program cannot read that version"});
  }
  const json document{{"published", to_unix_ms(*version.published)}, {"by", version.by}, {"comment", version.comment}, {"changed", version.changed}};
  if (const Status written = write_file_whole(target + ".json", dump_json(document)); !written) return written.error();
  if (const Status named = write_file_whole(root_ + "/current", version.id + "\n"); !named) return named.error();
  slot_.swap(loaded.engine);
  log::info("content.published", {{"version", version.id}, {"by", version.by}});
  return version;
}

Result<ContentWorkspace::Published> ContentWorkspace::publish(std::uint64_t revision, const std::string& comment, bool accept_failures,
                                                              const std::string& by) {
  std::lock_guard lock(mutex_);
  const auto current = at_revision(revision);
  if (!current) {
    if (current.error().code == ErrorCode::kConflict) return Published{Published::Outcome::kOvertaken, {}, 0};
    return current.error();
  }
  // What was published or restored meanwhile would be undone by what was prepared on an older version.
  if (current->based_on != current_id()) return Published{Published::Outcome::kOvertaken, {}, 0};
  const WorkspaceState state = state_of(*current);
  if (state.has_errors) return Published{Published::Outcome::kHasErrors, {}, 0};
  if (state.changed.empty()) return Published{Published::Outcome::kNothingChanged, {}, 0};
  const auto tests = run_tests();
  if (!tests) return tests.error();
  const auto failed = static_cast<std::size_t>(std::count_if(tests->begin(), tests->end(), [](const AnswerTest& test) { return !test.passed; }));
  if (failed > 0 && !accept_failures) return Published{Published::Outcome::kTestsFailed, {}, failed};
  ContentVersion version;
  version.by = by;
  version.comment = comment;
  version.changed.assign(state.changed.begin(), state.changed.end());
  auto stored = put_version(workspace_, std::move(version));
  if (!stored) return stored.error();
  if (const Status cleared = reset(current->revision + 1); !cleared) return cleared.error();
  return Published{Published::Outcome::kDone, *std::move(stored), failed};
}

ContentVersion ContentWorkspace::read_version(const std::string& id) const {
  ContentVersion version;
  version.id = id;
  version.current = id == current_id();
  const auto text = id == kInstalledVersion ? Result<std::string>(Error{})
                                            : read_text_file(root_ + "/versions/" + id + ".json", kMaxVersionBytes);
  const auto document = text ? parse_json(*text) : Result<json>(Error{});
  if (!document) return version;
  if (const auto* at = json_member(*document, "published"); at != nullptr && at->is_number_integer()) {
    version.published = from_unix_ms(at->get<std::int64_t>());
  }
  version.by = json_text(*document, "by");
  version.comment = json_text(*document, "comment");
  const auto changed = texts_of(*document, "changed");
  version.changed.assign(changed.begin(), changed.end());
  return version;
}

Result<std::vector<ContentVersion>> ContentWorkspace::versions() {
  std::lock_guard lock(mutex_);
  if (const Status there = ensure(); !there) return there.error();
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator it(root_ + "/versions", error), end; it != end && !error; it.increment(error)) {
    if (it->is_directory() && is_version_id(it->path().filename().string())) ids.push_back(it->path().filename().string());
  }
  if (error) return folder_error("cannot read " + root_ + "/versions");
  std::sort(ids.rbegin(), ids.rend());
  if (ids.size() > kMostVersions) ids.resize(kMostVersions);
  ids.emplace_back(kInstalledVersion);
  std::vector<ContentVersion> versions;
  versions.reserve(ids.size());
  for (const std::string& id : ids) versions.push_back(read_version(id));
  return versions;
}

Result<ContentVersion> ContentWorkspace::restore(std::string_view id, const std::string& by) {
  std::lock_guard lock(mutex_);
  if (const Status there = ensure(); !there) return there.error();
  const std::string folder = id == kInstalledVersion ? source_ : root_ + "/versions/" + std::string(id);
  std::error_code error;
  if ((id != kInstalledVersion && !is_version_id(id)) || !fs::is_directory(folder, error)) {
    return staff_error(ErrorCode::kNotFound, {"その版はありません", "There is no such version"});
  }
  ContentVersion version;
  version.by = by;
  version.comment = "「" + std::string(id) + "」に戻した";
  auto stored = put_version(folder, std::move(version));
  if (!stored) return stored.error();
  // A workspace without changes follows; one with changes stays, and says that it began from another version.
  const auto current = meta();
  if (current && current->changed.empty()) {
    if (const Status cleared = reset(current->revision + 1); !cleared) return cleared.error();
  }
  return stored;
}

}  // namespace kairan::gateway
