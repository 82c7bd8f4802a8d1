// Vector loops of LSTM and GRU over some rows of the batch, chosen at run time. Units go in blocks of 16, padded. Where
// registers hold the sums of all gates of a block, its gates lie side by side (`vectors` is 4), so that one product
// yields all that a cell needs; elsewhere (`vectors` is 1) each gate is a panel that is read from front to back:
//   packed weights    [block][row of the weight][gate][16], or [block][gate][row of the weight][16]
//                     gates: LSTM i f c o; GRU z r h
//   a row of gates    [block][row][4][16]                          LSTM i f c o; GRU z r h, and h's recurrent part
//   states            [step][block][slot][row of the batch][16]    LSTM i f c~ o c; GRU z r h~ and slot 3 (below)
#pragma once
#include "backend/cpu/simd/dispatch.h"

namespace trae {

constexpr long kUnitBlock = 16, kGateRow = 64, kWeightRows = 6;
constexpr long kLstmSlots = 5, kGruSlots = 4;

// One step forward for `rows` rows.
struct RecurrentForward {
  long rows, inputs, units, blocks;
  const float* x;
  long x_row;
  const float* h;  // (rows, blocks * 16)
  float* h_next;
  float* c;                                // LSTM (blocks, rows, 16): updated. GRU that resets before: room for z
  float* reset;                            // GRU that resets before: (rows, blocks * 16), room for r * h
  const float *kernel, *recurrent, *bias;  // packed; bias [block][4][16]
  float* states;                           // row 0 of this step, or null
  long state_slot;                         // from one slot to the next
  float* sequence;
  long sequence_row;
};

// The gates' gradients of one step for `rows` rows.
struct RecurrentBackward {
  long rows, units, blocks;
  const float* states;
  long state_slot;
  const float* dy;  // null, or added to dh
  long dy_row;
  // LSTM: c before, (blocks, rows, 16) with `previous_block` between blocks. GRU: h before, `previous_block` between
  // rows.
  const float* previous;
  long previous_block;
  float *dh, *dc;  // (blocks, rows, 16); in: of this step's h and c; out: dc of the step before, GRU: dh's direct part
  const float* dreset;  // GRU that resets before, second part: gradient of r * h, (blocks, rows, 16)
  float* gates;         // [block][row][4][16]
  long gates_block;
};

// c = (or +=) a b. Row r of a is made of `panels` pieces of 64 floats, of which two runs are used: `first` floats from
// 0, and `second_length` from `second`.
struct PanelProduct {
  long rows, columns;
  const float* a;
  long a_panel, panels, first, second, second_length;
  const float* b;  // packed in groups of 16 `vectors` columns: [group][used row][width, a multiple of 16]
  float* c;
  long c_row, c_vector;  // between rows, and between 16 columns
  bool adds, is_padded;  // is_padded: the last 16 columns may be written whole
};

// c += a^T b for one block of gates: c [rows][vectors][16], a packed as [rows / 6][depth][6], b [depth][4][16].
struct WeightProduct {
  long depth, rows;  // rows: a multiple of kWeightRows
  const float *a, *b;
  float* c;
  long vectors, last;  // 1 to 4 of the four vectors of b: the first ones, the last of them being number `last`
};

struct RecurrentTable {
  long vectors;
  void (*lstm)(const RecurrentForward&);
  void (*lstm_gradient)(const RecurrentBackward&);
  void (*gru)(const RecurrentForward&);
  void (*gru_gradient)(const RecurrentBackward&);
  void (*gru_before)(const RecurrentForward&);  // the GRU that resets before the product
  void (*gru_before_gradient)(const RecurrentBackward&);
  void (*gru_before_gradient_of_reset)(const RecurrentBackward&);  // once dreset is known
  void (*panel_product)(const PanelProduct&);
  void (*weight_product)(const WeightProduct&);
};
TRAE_DECLARE_TABLE(RecurrentTable, recurrent_table)

}  // namespace trae
