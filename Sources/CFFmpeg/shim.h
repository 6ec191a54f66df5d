#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

// Macros that Swift cannot import.

static inline int cff_error_eof(void) { return AVERROR_EOF; }
static inline int cff_error_again(void) { return AVERROR(EAGAIN); }
static inline int cff_error_exit(void) { return AVERROR_EXIT; }
static inline int cff_error_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int64_t cff_no_pts(void) { return AV_NOPTS_VALUE; }
