# Warnings, hardening and sanitizers as one interface target; nothing edits CMAKE_CXX_FLAGS.
add_library(kairan_options INTERFACE)
target_include_directories(kairan_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(kairan_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -fno-omit-frame-pointer -fstack-protector-strong)
# GCC 12's string and variant code raises these false alarms at -O1 and above under sanitizers.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(kairan_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
    -Wno-dangling-pointer -Wno-array-bounds)
else()
  target_compile_options(kairan_options INTERFACE -Wthread-safety)
endif()
# Files that are compiled as one see each other's names; clang-tidy reads every file by itself and keeps these checks.
if(CMAKE_UNITY_BUILD)
  target_compile_options(kairan_options INTERFACE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
# "Dev": optimised a little, so that tests under sanitizers stay quick; line tables only, so that links do too.
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1" CACHE STRING "Flags of the everyday build" FORCE)
set(CMAKE_EXE_LINKER_FLAGS_DEV "" CACHE STRING "" FORCE)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(kairan_options INTERFACE _FORTIFY_SOURCE=2)
  target_link_options(kairan_options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(KAIRAN_SANITIZE)
  target_compile_options(kairan_options INTERFACE -fsanitize=${KAIRAN_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(kairan_options INTERFACE -fsanitize=${KAIRAN_SANITIZE})
endif()
if(KAIRAN_FUZZERS)
  target_compile_options(kairan_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
