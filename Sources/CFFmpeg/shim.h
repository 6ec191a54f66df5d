#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

// Macros that Swift cannot import.

static inline int cff_error_eof(void) { return AVERROR_EOF; }
static inline int cff_error_again(void) { return AVERROR(EAGAIN); }
static inline int cff_error_exit(void) { return AVERROR_EXIT; }
static inline int cff_error_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int cff_error_system(int number) { return AVERROR(number); }
static inline int64_t cff_no_pts(void) { return AV_NOPTS_VALUE; }

// What each libraries' flags are, whatever their C type in this version.

static inline int cff_scale_flags_exact(void) {
  return SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT;
}
static inline int cff_scale_point(void) { return SWS_POINT; }
static inline int cff_scale_bilinear(void) { return SWS_BILINEAR; }
static inline int cff_scale_bicubic(void) { return SWS_BICUBIC; }
static inline int cff_scale_area(void) { return SWS_AREA; }
static inline int cff_scale_lanczos(void) { return SWS_LANCZOS; }

// The libraries' log: the first line of each kind since the last clearing, per thread. To be called
// from functions of one Swift file alone that are never inlined: the state is that of their object
// file.

typedef struct cff_log_lines {
  char error[512];    // of a decoder or another part
  char demuxer[512];  // an error of the part that reads the container
  char warning[512];  // of any part
} cff_log_lines;

static inline cff_log_lines *cff_log(void) {
  static _Thread_local cff_log_lines lines;
  return &lines;
}

static void cff_log_take(void *source, int level, const char *format, va_list arguments) {
  if (level > AV_LOG_WARNING || format == NULL) return;
  cff_log_lines *lines = cff_log();
  char *line = level > AV_LOG_ERROR ? lines->warning : lines->error;
  if (level <= AV_LOG_ERROR && source != NULL) {
    const AVClass *kind = *(const AVClass **)source;
    if (kind != NULL) {
      AVClassCategory category =
          kind->get_category != NULL ? kind->get_category(source) : kind->category;
      if (category == AV_CLASS_CATEGORY_DEMUXER) line = lines->demuxer;
    }
  }
  if (line[0] == 0) vsnprintf(line, sizeof lines->error, format, arguments);
}

static inline void cff_log_start(void) { av_log_set_callback(cff_log_take); }

// Fields that moved between versions.

// The stream's display matrix; 0 when it has none.
static inline int cff_display_matrix(const AVStream *stream, int32_t matrix[9]) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVPacketSideData *data = av_packet_side_data_get(
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data,
      AV_PKT_DATA_DISPLAYMATRIX);
  if (data == NULL || data->size < 9 * sizeof(int32_t)) return 0;
  memcpy(matrix, data->data, 9 * sizeof(int32_t));
#else
  size_t size = 0;
  const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (data == NULL || size < 9 * sizeof(int32_t)) return 0;
  memcpy(matrix, data, 9 * sizeof(int32_t));
#endif
  return 1;
}

// The frame's own display matrix (Exif orientation); 0 when it has none.
static inline int cff_frame_display_matrix(const AVFrame *frame, int32_t matrix[9]) {
  const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
  if (data == NULL || data->size < 9 * sizeof(int32_t)) return 0;
  memcpy(matrix, data->data, 9 * sizeof(int32_t));
  return 1;
}

// Arrays inside structs.

static inline uint8_t *cff_plane(const AVFrame *frame, int index) { return frame->data[index]; }
static inline int cff_line_size(const AVFrame *frame, int index) { return frame->linesize[index]; }
static inline const char *cff_codec_name(enum AVCodecID id) { return avcodec_get_name(id); }

// Scales all lines of a frame into another one.
static inline int cff_scale(struct SwsContext *context, const AVFrame *source, AVFrame *target) {
  return sws_scale(
      context, (const uint8_t *const *)source->data, source->linesize, 0, source->height,
      target->data, target->linesize);
}

// Converts `count` samples of a frame from `offset` on; without a frame, what the converter still
// holds back.
static inline int cff_resample(
    struct SwrContext *context, uint8_t *output, int capacity, const AVFrame *frame, int offset,
    int count) {
  uint8_t *outputs[1] = {output};
  if (frame == NULL) return swr_convert(context, outputs, capacity, NULL, 0);
  const uint8_t *planes[64] = {NULL};
  int channels = frame->ch_layout.nb_channels;
  int size = av_get_bytes_per_sample((enum AVSampleFormat)frame->format);
  if (channels < 1 || channels > 64 || size < 1) return AVERROR(EINVAL);
  if (av_sample_fmt_is_planar((enum AVSampleFormat)frame->format)) {
    for (int i = 0; i < channels; i++) {
      planes[i] = frame->extended_data[i] + (ptrdiff_t)offset * size;
    }
  } else {
    planes[0] = frame->extended_data[0] + (ptrdiff_t)offset * size * channels;
  }
  return swr_convert(context, outputs, capacity, planes, count);
}
