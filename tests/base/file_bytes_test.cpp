#include "base/file_bytes.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace kairan;

TEST_CASE("a file is read whole up to its limit, whatever its size is") {
  const test::TempDir folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65535}, std::size_t{65536},
                                 std::size_t{65537}, std::size_t{200000}}) {
    std::string written(size, 'x');
    if (size > 0) written.back() = 'y';
    std::ofstream(folder.file("file"), std::ios::binary) << written;
    const auto whole = read_at_most(folder.file("file"), 32 * 1024 * 1024);
    REQUIRE(whole);
    CHECK(*whole == written);
    CHECK(*read_at_most(folder.file("file"), size) == written);
    CHECK(*read_at_most(folder.file("file"), size / 2) == written.substr(0, size / 2));
  }
}

TEST_CASE("memory is taken for what a file has, not for what it may have") {
  const test::TempDir folder;
  std::ofstream(folder.file("file"), std::ios::binary) << "short";
  const auto bytes = read_at_most(folder.file("file"), 32 * 1024 * 1024);
  REQUIRE(bytes);
  CHECK(bytes->capacity() <= 128 * 1024);
}

TEST_CASE("a missing file and a folder are not empty files") {
  const test::TempDir folder;
  CHECK_FALSE(read_at_most(folder.file("missing"), 10));
  CHECK_FALSE(read_at_most(folder.path(), 10));
}
