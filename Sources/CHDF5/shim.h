#include <hdf5.h>
#include <string.h>

// Macros that Swift cannot import.

static inline hid_t ch_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t ch_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t ch_uint16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t ch_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t ch_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t ch_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t ch_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t ch_double(void) { return H5T_NATIVE_DOUBLE; }
// IEEE 754 half precision, which HDF5 does not predefine: made once, under the caller's lock.
static inline hid_t ch_float16(void) {
  static hid_t type = H5I_INVALID_HID;
  if (type < 0) {
    hid_t half = H5Tcopy(H5T_IEEE_F32LE);
    if (half < 0) return half;
    if (H5Tset_fields(half, 15, 10, 5, 0, 10) < 0 || H5Tset_size(half, 2) < 0 ||
        H5Tset_ebias(half, 15) < 0 || H5Tlock(half) < 0) {
      H5Tclose(half);
      return H5I_INVALID_HID;
    }
    type = half;
  }
  return type;
}
static inline hid_t ch_c_string(void) { return H5T_C_S1; }
static inline hid_t ch_object_reference(void) { return H5T_STD_REF_OBJ; }
static inline hid_t ch_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t ch_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t ch_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t ch_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t ch_default(void) { return H5P_DEFAULT; }
static inline hsize_t ch_unlimited(void) { return H5S_UNLIMITED; }
static inline hid_t ch_all(void) { return H5S_ALL; }
static inline haddr_t ch_no_address(void) { return HADDR_UNDEF; }
static inline unsigned ch_create_new(void) { return H5F_ACC_EXCL; }
static inline unsigned ch_read_only(void) { return H5F_ACC_RDONLY; }
static inline hid_t ch_default_stack(void) { return H5E_DEFAULT; }
static inline unsigned ch_optional(void) { return H5Z_FLAG_OPTIONAL; }
static inline unsigned ch_mandatory(void) { return H5Z_FLAG_MANDATORY; }

// Calls whose names or types changed between the versions of the library.

static inline int ch_attribute_count(hid_t object) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t info;
  return H5Oget_info3(object, &info, H5O_INFO_NUM_ATTRS) < 0 ? -1 : (int)info.num_attrs;
#else
  H5O_info_t info;
  return H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0 ? -1 : (int)info.num_attrs;
#endif
}

// What kind of link it is: an H5L_type_t.
typedef int (*ch_link_visitor)(void *context, const char *name, int kind);

struct ch_link_visit {
  ch_link_visitor visit;
  void *context;
};

#if H5_VERSION_GE(1, 12, 0)
typedef H5L_info2_t ch_link_info;
#else
typedef H5L_info_t ch_link_info;
#endif

static herr_t ch_link_step(hid_t group, const char *name, const ch_link_info *info, void *data) {
  (void)group;
  struct ch_link_visit *visit = (struct ch_link_visit *)data;
  return visit->visit(visit->context, name, (int)info->type);
}

// Visits the links of a group in the order of the file, until the visitor returns other than 0.
// Asked for another order, versions 1.10 make a table first, and where the file is damaged they free
// what they have not filled yet.
static inline herr_t ch_links(hid_t group, ch_link_visitor visitor, void *context) {
  struct ch_link_visit visit = {visitor, context};
  hsize_t index = 0;
#if H5_VERSION_GE(1, 12, 0)
  return H5Literate2(group, H5_INDEX_NAME, H5_ITER_NATIVE, &index, ch_link_step, &visit);
#else
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &index, ch_link_step, &visit);
#endif
}

// What tells an object from all others of its file, whatever path led to it.
static inline herr_t ch_object_identity(hid_t object, uint64_t *first, uint64_t *second) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t info;
  if (H5Oget_info3(object, &info, H5O_INFO_BASIC) < 0) return -1;
  memcpy(first, info.token.__data, 8);
  memcpy(second, info.token.__data + 8, 8);
#else
  H5O_info_t info;
  if (H5Oget_info2(object, &info, H5O_INFO_BASIC) < 0) return -1;
  *first = info.addr;
  *second = info.fileno;
#endif
  return 0;
}

// The tag of the opaque type that texts of variable length are read as, to see where they stand.
#define CH_TEXT_PLACE "place of a text"

// "Converts" a text of variable length, as it stands in the file, into those bytes themselves: its
// length, the address of its heap and its number there.
static herr_t ch_keep_text_place(
    hid_t source, hid_t target, H5T_cdata_t *data, size_t count, size_t stride,
    size_t background_stride, void *buffer, void *background, hid_t transfer) {
  (void)count, (void)stride, (void)background_stride, (void)buffer, (void)background,
      (void)transfer;
  if (data->command != H5T_CONV_INIT) return 0;
  data->need_bkg = H5T_BKG_NO;
  char *tag = H5Tget_tag(target);
  int fits = tag && strcmp(tag, CH_TEXT_PLACE) == 0 && H5Tget_size(source) == H5Tget_size(target);
  if (tag) H5free_memory(tag);
  return fits ? 0 : -1;
}

// The opaque type of so many bytes that texts of variable length can be read as.
static inline hid_t ch_text_place(size_t size) {
  hid_t type = H5Tcreate(H5T_OPAQUE, size);
  if (type >= 0) H5Tset_tag(type, CH_TEXT_PLACE);
  return type;
}

static inline herr_t ch_register_text_places(void) {
  hid_t text = H5Tcopy(H5T_C_S1), place = ch_text_place(16);
  herr_t status = text < 0 || place < 0 ? -1 : H5Tset_size(text, H5T_VARIABLE);
  if (status >= 0)
    status = H5Tregister(H5T_PERS_SOFT, "place of a text", text, place, ch_keep_text_place);
  if (text >= 0) H5Tclose(text);
  if (place >= 0) H5Tclose(place);
  return status;
}
