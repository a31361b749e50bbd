// SPDX-License-Identifier: Apache-2.0
// A waste bin that fills up: bags and boxes in its mouth, above its rim and on the ground around it.
#pragma once

#include "tests/scenes/noise.hpp"
#include "tests/scenes/script.hpp"

#include <vector>

namespace kuzet::scenes {

class BinThing : public Thing {
 public:
  BinThing(const Bin& bin, std::uint64_t seed);

  [[nodiscard]] bool present(double) const override { return true; }
  [[nodiscard]] double distance(double) const override { return bin_.front.y; }
  void draw(const Canvas& canvas) const override;
  /// Level and beside at that second.
  [[nodiscard]] Fill fill(double seconds) const;
  /// The bin with its lid, its heap and what lies around it.
  [[nodiscard]] Box box(const View& view) const;
  [[nodiscard]] const Bin& bin() const { return bin_; }
  /// Another number whenever it looks another way.
  [[nodiscard]] int look(double seconds) const;

 private:
  /// A bag or a box that is there from that level on.
  struct Piece {
    Spot at;  // from the middle of the front edge
    double size;
    double from;
    Colour colour;
    bool box;
    std::uint64_t seed;
  };
  void strew_inside(Dice& dice);
  void strew_beside(Dice& dice);
  void draw_body(const Canvas& canvas) const;
  void draw_mouth(const Canvas& canvas, double level) const;
  void draw_lid(const Canvas& canvas, double level) const;
  void draw_piece(const Canvas& canvas, const Piece& piece, double down) const;
  void draw_beside(const Canvas& canvas, double beside, bool behind) const;

  Bin bin_;
  std::vector<Piece> inside_, heap_, beside_;  // from far to near
};

}  // namespace kuzet::scenes
