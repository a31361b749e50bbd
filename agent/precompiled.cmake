# SPDX-License-Identifier: Apache-2.0
# Headers of others that most files include, read once for each set of flags. Every file still
# includes what it uses; -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON builds without, and shows where one does not.

# GCC takes a precompiled header only when every macro that was defined for it is defined again, so these are defined everywhere.
target_compile_definitions(kuzet_flags INTERFACE
  $<TARGET_PROPERTY:Boost::json,INTERFACE_COMPILE_DEFINITIONS> $<TARGET_PROPERTY:spdlog::spdlog,INTERFACE_COMPILE_DEFINITIONS>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(kuzet_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")  # or the compiler's cache never hits
elseif(KUZET_CCACHE)
  target_compile_options(kuzet_flags INTERFACE -fpch-preprocess)  # what ccache preprocesses names the precompiled header
endif()

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/empty.cpp CONTENT "// Nothing: what is compiled here is the headers.\n")
function(kuzet_headers name)
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/empty.cpp)
  target_link_libraries(${name} PRIVATE kuzet_flags kuzet_json kuzet_opencv Boost::headers)
  target_precompile_headers(${name} PRIVATE
    <algorithm> <array> <atomic> <chrono> <cmath> <condition_variable> <cstdint> <cstdio> <cstdlib> <deque> <filesystem> <fstream>
    <functional> <iostream> <map> <memory> <mutex> <numeric> <optional> <random> <set> <span> <sstream> <string> <string_view>
    <thread> <utility> <variant> <vector>
    <boost/json/array.hpp> <boost/json/object.hpp> <boost/json/parse.hpp> <boost/json/serialize.hpp> <boost/json/value.hpp>
    <boost/system/result.hpp> <opencv2/core.hpp> <opencv2/imgproc.hpp> ${ARGN})
endfunction()
kuzet_headers(kuzet_headers)
# Tests themselves need not be fast, what they test does: a quarter less time to compile them, a half under sanitizers.
set(KUZET_TEST_OPTIONS $<$<CONFIG:RelWithDebInfo>:-Og> $<$<CONFIG:Debug>:-O0>)
if(BUILD_TESTING)
  kuzet_headers(kuzet_test_headers ${CMAKE_SOURCE_DIR}/tests/harness/catch.hpp)
  target_link_libraries(kuzet_test_headers PRIVATE Catch2::Catch2)
  target_compile_options(kuzet_test_headers PRIVATE ${KUZET_TEST_OPTIONS})
  set_target_properties(kuzet_test_headers PROPERTIES KUZET_IS_TEST ON)
endif()

# Gives the targets the headers of the rooms.
function(kuzet_precompiled)
  foreach(target ${ARGN})
    target_precompile_headers(${target} REUSE_FROM kuzet_headers)
  endforeach()
endfunction()
