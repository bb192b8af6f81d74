#include "gateway/config.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/crypto.h"
#include "base/file_bytes.h"
#include "base/ids.h"
#include "base/text.h"
#include "gateway/config_keys.h"

extern char** environ;  // NOLINT: POSIX names it so

namespace kairan::gateway {
namespace {

constexpr std::size_t kConfigMaxBytes = 64 * 1024;

/// At most `max` bytes; none when it cannot be read or is longer. errno says why, EFBIG for the latter.
std::optional<std::string> read_config_file(const std::string& path, std::size_t max) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    errno = EISDIR;
    return std::nullopt;
  }
  auto text = read_at_most(path, max + 1);
  if (text && text->size() > max) {
    errno = EFBIG;
    return std::nullopt;
  }
  return text;
}

class Loader {
 public:
  explicit Loader(const Environment& environment) : environment_(environment) {}

  ConfigResult load(const std::optional<std::string>& config_option) {
    read_yaml(config_option);
    for (const ConfigKey& key : config_keys()) {
      if (key.kind == ConfigKey::Kind::kSecret) {
        take_secret(key);
      } else {
        take_variable(key);
      }
    }
    check_together();
    look_for_misspelt_variables();
    return std::move(result_);
  }

 private:
  void fail(const std::string& where, const std::string& what) { result_.errors.push_back(where + ": " + what); }

  std::optional<std::string> variable(const std::string& name) const {
    const auto it = environment_.find(name);
    if (it == environment_.end()) return std::nullopt;
    return it->second;
  }

  // --- the yaml file ---

  void read_yaml(const std::optional<std::string>& config_option) {
    std::string path = "kairan.yaml";
    bool must_exist = false;
    if (config_option) {
      path = *config_option;
      must_exist = true;
    } else if (const auto named = variable("KAIRAN_CONFIG"); named && !named->empty()) {
      path = *named;
      must_exist = true;
    }
    std::error_code error;
    if (!must_exist && !std::filesystem::exists(path, error)) return;
    const std::optional<std::string> text = read_config_file(path, kConfigMaxBytes);
    if (!text) {
      fail(path, std::string("設定ファイルを読めません（") + std::strerror(errno) +
                     "）。--config か KAIRAN_CONFIG のパスと、読み取りの許可を確かめてください。");
      return;
    }
    if (!is_valid_utf8(*text)) {
      fail(path, "UTF-8 ではありません。UTF-8 で保存し直してください。");
      return;
    }
    try {
      const YAML::Node root = YAML::Load(*text);
      if (root.IsNull()) return;
      if (!root.IsMap()) {
        fail(path, "「キー: 値」の並びではありません。1行に1つずつ書いてください。");
        return;
      }
      read_map(path, root, "");
    } catch (const YAML::Exception& e) {
      // The parser's own sentence may quote the file, which may hold a secret by mistake: only the place is told.
      fail(e.mark.is_null() ? path : path + " " + std::to_string(e.mark.line + 1) + "行目",
           "YAML として読めません。字下げと「キー: 値」の形を確かめてください。");
    }
  }

  void read_map(const std::string& path, const YAML::Node& map, const std::string& prefix) {
    for (const auto& entry : map) {
      const std::string where = path + " " + std::to_string(entry.first.Mark().line + 1) + "行目";
      if (!entry.first.IsScalar()) {
        fail(where, "キーが文字ではありません。「キー: 値」の形で書いてください。");
        continue;
      }
      const std::string name = prefix + entry.first.Scalar();
      if (entry.second.IsMap() && prefix.empty() && name != "data_key") {
        read_map(path, entry.second, name + ".");
      } else {
        take_entry(where, name, entry.second);
      }
    }
  }

  void take_entry(const std::string& where, const std::string& name, const YAML::Node& value) {
    const auto& keys = config_keys();
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& k) { return k.name == name; });
    if (key == keys.end()) {
      std::vector<std::string> names;
      names.reserve(keys.size());
      for (const ConfigKey& known : keys) names.push_back(known.name);
      const auto meant = nearest(name, names, 4);
      fail(where, escape_for_log(name) + " という設定はありません。" +
                      (meant ? "もしかして " + *meant + " ですか。" : "綴りを確かめるか、行を消してください。"));
      return;
    }
    if (!seen_.insert(name).second) {
      fail(where, name + " が2回書かれています。どちらかを消してください。");
      return;
    }
    if (key->kind == ConfigKey::Kind::kSecret) {
      fail(where, name + " は秘密なので設定ファイルに書けません。この行を消し、環境変数 " + key->variable() +
                      "、またはファイルを指す " + key->variable() + "_FILE で渡してください。");
      return;
    }
    if (!value.IsScalar() && !value.IsNull()) {
      fail(where, name + " の値は1つだけです。「" + name + ": 値」の形で書いてください。");
      return;
    }
    const std::string text = value.IsNull() ? std::string() : value.Scalar();
    if (text.empty() && !key->may_be_empty) {
      fail(where, name + " の値がありません。値を書くか、行を消してください。");
      return;
    }
    if (const Problem problem = key->apply(result_.config, text, true)) fail(where, name + ": " + *problem);
  }

  // --- the environment ---

  void take_variable(const ConfigKey& key) {
    const auto value = variable(key.variable());
    if (!value || (value->empty() && !key.may_be_empty)) return;
    apply_from_environment(key, key.variable(), *value);
  }

  void take_secret(const ConfigKey& key) {
    const std::string name = key.variable();
    const auto value = variable(name);
    const auto file = variable(name + "_FILE");
    const bool has_value = value && !value->empty();
    const bool has_file = file && !file->empty();
    if (has_value && has_file) {
      fail("環境変数 " + name,
           key.name + ": " + name + " と " + name + "_FILE の両方があります。片方だけにしてください。");
      return;
    }
    if (has_value) return apply_from_environment(key, name, *value);
    if (!has_file) return;
    std::optional<std::string> text = read_config_file(*file, kConfigMaxBytes);
    if (!text) {
      fail("環境変数 " + name + "_FILE", key.name + ": " + escape_for_log(*file) + " を読めません（" +
                                             std::strerror(errno) + "）。パスと読み取りの許可を確かめてください。");
      return;
    }
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
    if (text->empty()) {
      fail("環境変数 " + name + "_FILE",
           key.name + ": " + escape_for_log(*file) + " が空です。値を1行で書いてください。");
      return;
    }
    apply_from_environment(key, name + "_FILE", *text);
  }

  void apply_from_environment(const ConfigKey& key, const std::string& source, const std::string& value) {
    if (const Problem problem = key.apply(result_.config, value, false)) {
      fail("環境変数 " + source, key.name + ": " + *problem);
    }
  }

  // --- the whole ---

  void check_together() {
    const Config& c = result_.config;
    if (c.public_listen.port != 0 && c.public_listen.port == c.console_listen.port &&
        c.public_listen.host == c.console_listen.host) {
      fail("public.listen と console.listen", "同じアドレスです。別々のポートを書いてください。");
    }
    if (!c.forward_url.empty() && c.forward_secret.empty() && c.line_channel_secrets.empty()) {
      fail("forward.url",
           "転送する Webhook に署名する秘密がありません。KAIRAN_FORWARD_SECRET か "
           "KAIRAN_LINE_CHANNEL_SECRET を渡してください。");
    }
  }

  void look_for_misspelt_variables() {
    std::vector<std::string> names;
    for (const ConfigKey& key : config_keys()) {
      names.push_back(key.variable());
      if (key.kind == ConfigKey::Kind::kSecret) names.push_back(key.variable() + "_FILE");
    }
    for (const auto& [name, value] : environment_) {
      const auto meant = nearest(name, names, 2);
      if (meant && *meant != name) {
        result_.warnings.push_back("環境変数 " + escape_for_log(name) + ": この名前の設定はありません。もしかして " +
                                   *meant + " ですか。");
      }
    }
  }

  const Environment& environment_;
  ConfigResult result_;
  std::set<std::string> seen_;
};

Error file_error(ErrorCode code, const std::string& path, const std::string& what) {
  return Error{code, "data_key: " + path + ": " + what};
}

/// Writes a new key so that either nobody or everybody sees a whole one. True also when another process was first.
Status make_key_file(const std::string& folder, const std::string& path) {
  const std::string draft = path + "." + random_hex(8);
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return file_error(ErrorCode::kUnavailable, draft, std::strerror(errno));
  const std::string text = to_hex(random_bytes(Sealer::kKeyBytes)) + "\n";
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  int error = errno;
  ::close(fd);
  bool linked = false;
  if (written) {
    linked = ::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST;
    error = errno;
  }
  ::unlink(draft.c_str());
  if (!linked) return file_error(ErrorCode::kUnavailable, path, std::strerror(error));
  const int folder_fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder_fd >= 0 && ::fsync(folder_fd) == 0;
  error = errno;
  if (folder_fd >= 0) ::close(folder_fd);
  if (!synced) return file_error(ErrorCode::kUnavailable, folder, std::strerror(error));
  return {};
}

}  // namespace

Environment kairan_environment() {
  Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (text.substr(0, 7) != "KAIRAN_" || equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

ConfigResult load_config(const std::optional<std::string>& config_option, const Environment& environment) {
  return Loader(environment).load(config_option);
}

Result<Secret> load_or_make_data_key(const Config& config) {
  if (!config.data_key.empty()) return config.data_key;
  const std::filesystem::path folder(config.data_dir);
  std::error_code error;
  if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
  if (::mkdir(config.data_dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return file_error(ErrorCode::kUnavailable, config.data_dir, std::strerror(errno));
  }
  const std::string path = (folder / "data_key").string();
  if (!std::filesystem::exists(path, error)) {
    if (const Status made = make_key_file(config.data_dir, path); !made) return made.error();
  }
  std::optional<std::string> text = read_config_file(path, 1024);
  if (!text) return file_error(ErrorCode::kUnavailable, path, std::strerror(errno));
  auto bytes = from_hex(trim(*text));
  if (!bytes || bytes->size() != Sealer::kKeyBytes) {
    return file_error(ErrorCode::kCorrupt, path, "must hold 64 hex digits; put the right file back from a backup");
  }
  return Secret(std::move(bytes).value());
}

}  // namespace kairan::gateway
