# SPDX-License-Identifier: Apache-2.0
# Compiler flags, each with its reason; linked into every target of ours as kuzet_flags.
add_library(kuzet_flags INTERFACE)
target_include_directories(kuzet_flags INTERFACE ${CMAKE_SOURCE_DIR})  # includes name the room: "agent/core/result.hpp"

target_compile_options(kuzet_flags INTERFACE
  -Wall -Wextra             # what GCC and clang agree is nearly always a mistake
  -Wpedantic                # the same code must compile on Debian 12 and 13, GCC and clang
  -Wshadow                  # a hidden name reads as the other one
  -Wconversion              # a silent narrowing turned 300 into 44 once too often
  -Wsign-compare            # sizes against signed counts
  -Wold-style-cast          # a cast must say what it does
  -Wnon-virtual-dtor        # interfaces are deleted through their base
  -Woverloaded-virtual      # an override that does not override
  -Wnull-dereference        # paths that the optimiser can prove wrong
  -Wformat=2                # log lines are formats too
  -Werror                   # a warning that does not stop the build is not read
)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(kuzet_flags INTERFACE
    -Wduplicated-cond -Wlogical-op   # copy-and-paste conditions
    -Wno-maybe-uninitialized         # false on std::optional in GCC 12 at -O2 (PR 80635)
    -Wno-restrict                    # false on std::string in GCC 12 at -O3 (PR 105651)
    $<$<CONFIG:Release>:-Wno-free-nonheap-object>  # false on inlined std::vector in GCC 12 at -O3 (PR 104475)
    -Wno-array-bounds -Wno-stringop-overflow  # the same, heard once headers are precompiled (PR 105329)
    -Wno-null-dereference            # false on inlined std::vector in GCC 12 at -O2 (PR 105580); clang keeps it
  )
endif()

# A board listens to cameras, sensors and brokers: what boards run is hardened as Debian hardens its own programs.
target_compile_options(kuzet_flags INTERFACE
  $<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>  # writes beyond a buffer end the program
  $<$<CONFIG:Release>:-fstack-protector-strong>)                                   # ... and so do writes over the stack
target_link_options(kuzet_flags INTERFACE $<$<CONFIG:Release>:LINKER:-z,relro,-z,now>)  # the linker's tables are read-only

set(KUZET_SANITIZE "" CACHE STRING "Sanitizers for all of our code, as -fsanitize= takes them: address,undefined or thread")
if(KUZET_SANITIZE)
  string(REPLACE "," ";" sanitizers ${KUZET_SANITIZE})
  foreach(sanitizer ${sanitizers})
    if(sanitizer STREQUAL "undefined")
      # Our code, not what tests do themselves: that would double the time to compile them. A null pointer, a pointer beyond its
      # object and an object that is gone stop the address sanitizer too.
      target_compile_options(kuzet_flags INTERFACE
        $<$<NOT:$<BOOL:$<TARGET_PROPERTY:KUZET_IS_TEST>>>:-fsanitize=undefined>
        $<$<NOT:$<BOOL:$<TARGET_PROPERTY:KUZET_IS_TEST>>>:-fno-sanitize=null,object-size,vptr>)
    else()
      target_compile_options(kuzet_flags INTERFACE -fsanitize=${sanitizer})
    endif()
  endforeach()
  target_compile_options(kuzet_flags INTERFACE -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(kuzet_flags INTERFACE -fsanitize=${KUZET_SANITIZE})
  if(KUZET_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(kuzet_flags INTERFACE -Wno-tsan)  # Asio uses atomic_thread_fence, which GCC's tsan only warns about
  endif()
endif()

# A test build links some fifty programs: lld, where it is installed, takes a fifth of the time for each. Boards get GNU's linker.
if(BUILD_TESTING)
  find_program(KUZET_LLD ld.lld)
  if(KUZET_LLD AND NOT CMAKE_CROSSCOMPILING)
    target_link_options(kuzet_flags INTERFACE -fuse-ld=lld)
  endif()
endif()

# One room: a static library whose name, folder and include path agree.
function(kuzet_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINK" ${ARGN})
  add_library(kuzet_${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(kuzet_${name} PUBLIC kuzet_flags ${ROOM_LINK})
  kuzet_precompiled(kuzet_${name})
endfunction()

# One Catch2 test program; every test case becomes a ctest of its own name. ONE_THREAD: what it tests has no threads, so there is
# nothing for the thread sanitizer to see, and a quarter of an hour to save. WAITS: it waits for others or for real time-outs for
# most of its time, and takes half a core: tests/run runs twice as many of these side by side.
function(kuzet_test name)
  cmake_parse_arguments(TEST "ONE_THREAD;WAITS" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT BUILD_TESTING OR (TEST_ONE_THREAD AND KUZET_SANITIZE MATCHES "thread"))
    return()
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE kuzet_catch_main kuzet_flags ${TEST_LINK})
  target_compile_options(${name} PRIVATE ${KUZET_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM kuzet_test_headers)
  set_target_properties(${name} PROPERTIES KUZET_IS_TEST ON)
  set(properties TIMEOUT ${TEST_TIMEOUT})
  if(NOT TEST_WAITS)
    list(APPEND properties PROCESSORS 2)
  endif()
  if(TEST_LABELS)
    list(APPEND properties LABELS "${TEST_LABELS}")
  endif()
  # A name that CMake cannot hand on (one with a semicolon) finds no test: that is a failure, which Catch2 2 has to be told.
  set(strict "")
  if(Catch2_VERSION VERSION_LESS 3)
    set(strict EXTRA_ARGS --warn NoTests)
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${name}: " ${strict} PROPERTIES ${properties})
endfunction()
