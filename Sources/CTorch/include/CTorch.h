#pragma once
#ifdef __cplusplus
extern "C" {
#endif
int ct_threads(void);
#ifdef __cplusplus
}
#endif
