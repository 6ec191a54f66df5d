#include "CTorch.h"
#include <torch/torch.h>
int ct_threads(void) { return at::get_num_threads(); }
