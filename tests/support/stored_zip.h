// A ZIP archive of uncompressed parts, in memory: enough of the format (APPNOTE 4.3) for a reader under test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kairan::test {

inline std::uint32_t zip_checksum(std::string_view bytes) {
  std::uint32_t sum = 0xffffffff;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~sum;
}

inline std::string stored_zip(const std::vector<std::pair<std::string, std::string>>& parts) {
  std::string file, directory;
  const auto put = [](std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xffU));
  };
  for (const auto& [name, text] : parts) {
    const auto offset = static_cast<std::uint32_t>(file.size());
    std::string common;
    put(common, 20, 2);  // version needed
    put(common, 0, 2);   // flags
    put(common, 0, 2);   // stored
    put(common, 0x21 << 16, 4);  // 1980-01-01
    put(common, zip_checksum(text), 4);
    put(common, static_cast<std::uint32_t>(text.size()), 4);
    put(common, static_cast<std::uint32_t>(text.size()), 4);
    put(common, static_cast<std::uint32_t>(name.size()), 2);
    put(common, 0, 2);  // extra field
    file += "PK\x03\x04" + common + name + text;
    directory += "PK\x01\x02";
    put(directory, 20, 2);  // version made by
    directory += common;
    put(directory, 0, 2);  // comment
    put(directory, 0, 2);  // disk
    put(directory, 0, 2);  // attributes
    put(directory, 0, 4);
    put(directory, offset, 4);
    directory += name;
  }
  const auto start = static_cast<std::uint32_t>(file.size());
  file += directory + "PK\x05\x06";
  put(file, 0, 4);  // disks
  put(file, static_cast<std::uint32_t>(parts.size()), 2);
  put(file, static_cast<std::uint32_t>(parts.size()), 2);
  put(file, static_cast<std::uint32_t>(directory.size()), 4);
  put(file, start, 4);
  put(file, 0, 2);  // comment
  return file;
}

}  // namespace kairan::test
