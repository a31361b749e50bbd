// SPDX-License-Identifier: Apache-2.0
// Catch2 under one name: version 2 of Debian 12 and version 3 of Debian 13.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
