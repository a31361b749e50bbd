// SPDX-License-Identifier: Apache-2.0
// Whether two small pictures show the same thing, whatever the light; and a picture's signature short enough to be stored.
#pragma once

#include <opencv2/core.hpp>

#include <string>
#include <string_view>

namespace kuzet::vision {

/// Normalised correlation of two pictures of one size (both CV_8UC1 or both CV_32FC1): 1 is the same up to gain and offset, 0
/// nothing in common; 0 as well where one of them is flat, empty or of another size. `where` (empty for everywhere, or CV_8UC1
/// of that size) is 255 where it counts and 0 elsewhere.
double correlation(const cv::Mat& a, const cv::Mat& b, const cv::Mat& where = {});

/// The correlation of `pattern` with the picture at `box` or one pixel beside it, the best of all: cameras shake.
double correlation_near(const cv::Mat& picture, const cv::Rect& box, const cv::Mat& pattern, const cv::Mat& where = {});

/// 256 printable characters that stand for a picture (CV_8UC1) at 16 x 16 pixels with its light taken out; empty for none.
std::string signature(const cv::Mat& picture);

/// Correlation of a stored signature with a picture; 0 when the signature is not one of signature().
double likeness(std::string_view signature, const cv::Mat& picture);

}  // namespace kuzet::vision
