/* SPDX-License-Identifier: BSD-3-Clause */
/* evutil_secure_rng_*: random bytes without a system call each time.
 *
 * A ChaCha20 generator that forgets: each refill makes a new key and a pool of bytes, the old key is gone, and bytes
 * are wiped as they are handed out. The kernel seeds it, and again after RESEED_BYTES and in a forked child. The child
 * is noticed for nothing where the kernel wipes a page on fork; elsewhere the process number is compared.
 * The lock is only tried: who finds it taken asks the kernel, so a child never waits for a thread that it lacks. */
#include "config.h"

#include "thread/thread.h"
#include "util/chacha.h"
#include "util/log.h"
#include "util/net.h"

#include <event2/util.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_GETRANDOM
#include <sys/random.h>
#endif
#ifdef HAVE_GETAUXVAL
#include <sys/auxv.h>
#endif

#define POOL_BLOCKS 8
#define POOL_BYTES (POOL_BLOCKS * CHACHA_BLOCK_BYTES)
#define RESEED_BYTES (UINT64_C(16) << 20)

struct rng {
	bool seeded; /* false in a child whose pages were wiped */
	pid_t pid;
	uint64_t until_reseed;
	size_t used;                    /* bytes of the pool that are gone */
	unsigned char pool[POOL_BYTES]; /* its first CHACHA_KEY_BYTES are the key of the next refill */
};

static void *rng_lock;
static struct rng unmapped; /* when there is no page that the kernel wipes */
static struct rng *rng;
static const char *device = "/dev/urandom";

static void
wipe(void *memory, size_t size)
{
	memset(memory, 0, size);
	__asm__ __volatile__("" : : "r"(memory) : "memory");
}

static int
read_device(unsigned char *out, size_t size)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return -1;
	while (size > 0) {
		ssize_t got = read(fd, out, size);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) break;
		out += got;
		size -= (size_t)got;
	}
	(void)close(fd);
	return size == 0 ? 0 : -1;
}

/* What the kernel gives, whether or not there is a /dev. */
static int
read_kernel(unsigned char *out, size_t size)
{
#ifdef HAVE_GETRANDOM
	while (size > 0) {
		ssize_t got = getrandom(out, size, 0);
		if (got < 0 && errno == EINTR) continue;
		if (got <= 0) break;
		out += got;
		size -= (size_t)got;
	}
	if (size == 0) return 0;
#endif
	return read_device(out, size);
}

/* ---- The generator ----------------------------------------------------------------------------------------------- */

static void
refill(struct rng *r)
{
	unsigned char key[CHACHA_KEY_BYTES];
	memcpy(key, r->pool, sizeof(key));
	for (uint32_t i = 0; i < POOL_BLOCKS; i++)
		chacha_block(key, i, r->pool + i * CHACHA_BLOCK_BYTES);
	wipe(key, sizeof(key));
	r->used = CHACHA_KEY_BYTES;
}

/* Every byte changes the key, and no byte of the pool outlives it. */
static void
stir(struct rng *r, const unsigned char *bytes, size_t size)
{
	while (size > 0) {
		size_t part = size < CHACHA_KEY_BYTES ? size : CHACHA_KEY_BYTES;
		for (size_t i = 0; i < part; i++)
			r->pool[i] ^= bytes[i];
		refill(r);
		bytes += part;
		size -= part;
	}
}

/* Better than a constant: what differs from one process to the next, the kernel's own 16 bytes among it. */
static void
stir_scraps(struct rng *r)
{
	struct {
		struct timespec times[2];
		pid_t pids[2];
		const void *address;
	} scraps;
	memset(&scraps, 0, sizeof(scraps));
	(void)clock_gettime(CLOCK_MONOTONIC, &scraps.times[0]);
	(void)clock_gettime(CLOCK_REALTIME, &scraps.times[1]);
	scraps.pids[0] = getpid();
	scraps.pids[1] = getppid();
	scraps.address = &scraps;
	stir(r, (const unsigned char *)&scraps, sizeof(scraps));
#if defined(HAVE_GETAUXVAL) && defined(AT_RANDOM)
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	if (random) stir(r, random, 16);
#endif
}

/* Pages that a fork wipes. An emulator of system calls may say yes to every advice and follow none: one that takes
 * nonsense is not believed. */
#define NO_ADVICE 0x6e6f

static struct rng *
make_rng(void)
{
#if defined(MADV_WIPEONFORK) && defined(MAP_ANONYMOUS)
	void *page = mmap(NULL, sizeof(struct rng), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page != MAP_FAILED) {
		if (madvise(page, sizeof(struct rng), NO_ADVICE) != 0 &&
			madvise(page, sizeof(struct rng), MADV_WIPEONFORK) == 0)
			return page;
		(void)munmap(page, sizeof(struct rng));
	}
#endif
	return &unmapped;
}

/* A failed reseed of a seeded generator changes nothing: it stays as good as it was. */
static int
seed_locked(void)
{
	unsigned char fresh[CHACHA_KEY_BYTES];
	const int saved = errno;
	if (!rng) rng = make_rng();
	if (rng == &unmapped && rng->seeded && rng->pid != getpid()) rng->seeded = false;
	if (rng->seeded && rng->until_reseed > 0) return 0;

	int result = read_kernel(fresh, sizeof(fresh));
	if (result == 0)
		stir(rng, fresh, sizeof(fresh));
	else
		stir_scraps(rng);
	wipe(fresh, sizeof(fresh));
	errno = saved;
	if (result == 0) rng->seeded = true;
	rng->pid = getpid();
	rng->until_reseed = RESEED_BYTES;
	return rng->seeded ? 0 : -1;
}

static void
take_locked(unsigned char *out, size_t size)
{
	while (size > 0) {
		if (rng->used == POOL_BYTES) refill(rng);
		size_t part = POOL_BYTES - rng->used;
		if (part > size) part = size;
		memcpy(out, rng->pool + rng->used, part);
		memset(rng->pool + rng->used, 0, part);
		rng->used += part;
		rng->until_reseed -= rng->until_reseed < part ? rng->until_reseed : part;
		out += part;
		size -= part;
	}
}

/* ---- What the program calls -------------------------------------------------------------------------------------- */

int
evutil_secure_rng_set_urandom_device_file(char *fname)
{
	thread_lock(rng_lock);
	bool late = rng && rng->seeded;
	if (!late) device = fname;
	thread_unlock(rng_lock);
	return late ? -1 : 0;
}

int
evutil_secure_rng_init(void)
{
	unsigned char sample;
	if (!thread_trylock(rng_lock)) return read_kernel(&sample, sizeof(sample));
	int result = seed_locked();
	thread_unlock(rng_lock);
	return result;
}

void
evutil_secure_rng_get_bytes(void *buf, size_t n)
{
	static bool warned;
	if (!thread_trylock(rng_lock)) {
		if (read_kernel(buf, n) == 0) return;
		thread_lock(rng_lock);
	}
	bool warn = seed_locked() < 0 && !warned;
	if (warn) warned = true;
	take_locked(buf, n);
	thread_unlock(rng_lock);
	if (warn)
		log_warnx("random numbers are weak: no getrandom() and no %s; call evutil_secure_rng_init() earlier", device);
}

void
evutil_secure_rng_add_bytes(const char *dat, size_t datlen)
{
	thread_lock(rng_lock);
	(void)seed_locked();
	stir(rng, (const unsigned char *)dat, datlen);
	thread_unlock(rng_lock);
}

/* ---- Threads and shutdown ---------------------------------------------------------------------------------------- */

int
rng_globals_setup(void)
{
	bool failed = false;
	if (!rng_lock) rng_lock = thread_lock_new_shared(&failed);
	return failed ? -1 : 0;
}

void
rng_globals_free(void)
{
	thread_lock_free(rng_lock);
	rng_lock = NULL;
	if (!rng) return;
	wipe(rng, sizeof(*rng));
	if (rng != &unmapped) (void)munmap(rng, sizeof(*rng));
	rng = NULL;
}
