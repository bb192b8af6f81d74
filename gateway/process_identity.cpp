#include "gateway/process_identity.h"

#include <fstream>
#include <iterator>
#include <optional>

#include <unistd.h>

#include "base/text.h"

namespace kairan::gateway {
namespace {

std::string read_proc_file(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

const std::string& boot_id() {
  static const std::string id(trim(read_proc_file("/proc/sys/kernel/random/boot_id")));
  return id;
}

/// Field 22 of /proc/PID/stat (proc(5)), counted after the command name, which may hold spaces and parentheses.
/// None when there is no such process, or only its unreaped remains.
std::optional<std::string> start_time(const std::string& pid) {
  const std::string stat = read_proc_file("/proc/" + pid + "/stat");
  const std::size_t after_name = stat.rfind(')');
  if (after_name == std::string::npos) return std::nullopt;
  std::string field;
  int number = 2;
  for (std::size_t at = after_name + 1; at < stat.size(); ++at) {
    if (stat[at] != ' ') {
      field += stat[at];
      continue;
    }
    if (number == 3 && (field == "Z" || field == "X")) return std::nullopt;
    if (number == 22) return field;
    field.clear();
    ++number;
  }
  return std::nullopt;
}

}  // namespace

std::string process_identity() {
  const std::string pid = std::to_string(getpid());
  return boot_id() + "/" + pid + "/" + start_time(pid).value_or("0");
}

bool is_gone(std::string_view identity) {
  const std::size_t first = identity.find('/');
  const std::size_t second = identity.find('/', first == std::string_view::npos ? first : first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  if (boot_id().empty() || identity.substr(0, first) != boot_id()) return false;
  const std::string pid(identity.substr(first + 1, second - first - 1));
  if (pid.empty() || pid.find_first_not_of("0123456789") != std::string::npos) return false;
  const auto started = start_time(pid);
  return !started || *started != identity.substr(second + 1);
}

}  // namespace kairan::gateway
