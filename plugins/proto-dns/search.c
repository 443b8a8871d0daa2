/* SPDX-License-Identifier: BSD-3-Clause */
/* The search list (resolv.conf(5)): under which names a short name is looked for, and in what order. */
#include "client.h"
#include "functions.h"

#include <string.h>

struct dns_search *
dns_search_new(void)
{
	struct dns_search *search = dns_zalloc(sizeof(*search));
	if (!search) return NULL;
	search->references = 1;
	search->ndots = 1;
	return search;
}

struct dns_search *
dns_search_get(struct dns_search *search)
{
	search->references++;
	return search;
}

/* With the base's lock held, or when nobody else has the base. */
void
dns_search_put(struct dns_search *search)
{
	if (!search || --search->references > 0) return;
	dns_free(search->domains);
	dns_free(search);
}

/* A list that may be changed: the base's own, or a copy when a request looks at it. NULL: no memory. */
static struct dns_search *
own_locked(struct evdns_base *base)
{
	struct dns_search *old = base->search;
	if (old->references == 1) return old;
	struct dns_search *copy = dns_search_new();
	if (!copy) return NULL;
	copy->ndots = old->ndots;
	if (old->count) {
		copy->domains = dns_alloc((size_t)old->count * sizeof(*old->domains));
		if (!copy->domains) {
			dns_free(copy);
			return NULL;
		}
		memcpy(copy->domains, old->domains, (size_t)old->count * sizeof(*old->domains));
		copy->count = old->count;
	}
	dns_search_put(old);
	base->search = copy;
	return copy;
}

int
dns_search_add_locked(struct evdns_base *base, const char *domain, size_t length, bool first)
{
	uint8_t name[DNS_NAME_MAX];
	while (length > 1 && *domain == '.') {
		domain++;
		length--;
	}
	size_t name_length = dns_name_from_text(domain, length, name);
	struct dns_search *search = own_locked(base);
	if (!name_length || !search || search->count >= DNS_SEARCH_MAX) return -1;
	struct dns_search_domain *domains = dns_realloc(search->domains, ((size_t)search->count + 1) * sizeof(*domains));
	if (!domains) return -1;
	search->domains = domains;
	int at = first ? 0 : search->count;
	memmove(domains + at + 1, domains + at, (size_t)(search->count - at) * sizeof(*domains));
	memcpy(domains[at].name, name, name_length);
	domains[at].length = (uint8_t)name_length;
	search->count++;
	return 0;
}

int
dns_search_clear_locked(struct evdns_base *base)
{
	struct dns_search *search = own_locked(base);
	if (!search) return -1;
	dns_free(search->domains);
	search->domains = NULL;
	search->count = 0;
	return 0;
}

int
dns_search_ndots_locked(struct evdns_base *base, int ndots)
{
	struct dns_search *search = own_locked(base);
	if (!search) return -1;
	search->ndots = ndots < 0 ? 0 : ndots;
	return 0;
}

/* ---- The names to try ---------------------------------------------------------------------------------------------
 */

size_t
dns_candidates_room_locked(const struct evdns_base *base, size_t text_length)
{
	const struct dns_search *search = base->search;
	size_t longest = DNS_NAME_OF_TEXT(text_length), domain = 1;
	for (int i = 0; i < search->count; i++)
		if (search->domains[i].length > domain) domain = search->domains[i].length;
	longest += domain - 1;
	return DNS_NAME_ROOM(longest < DNS_NAME_MAX ? longest : DNS_NAME_MAX);
}

int
dns_candidates_init_locked(
	struct dns_candidates *candidates, struct evdns_base *base, const char *text, size_t text_length, uint8_t *own)
{
	size_t length = dns_name_from_text(text, text_length, own);
	int dots = -1;
	candidates->search = NULL;
	if (!length) return -1;
	candidates->name = own;
	candidates->length = (uint8_t)length;
	candidates->next = 0;
	candidates->as_it_is_first = true;
	candidates->never_as_it_is = false;
	if (base->search->count == 0) return 0;
	/* The root (no labels, so -1 dots) and a name with a dot at its end are never searched for. */
	for (const uint8_t *label = own; *label; label += *label + 1)
		dots++;
	if (dots < 0 || text[text_length - 1] == '.') return 0;
	candidates->search = dns_search_get(base->search);
	candidates->as_it_is_first = dots >= base->search->ndots;
	candidates->never_as_it_is = dots == 0 && base->no_tld_query;
	return 0;
}

/* Puts the name and a domain together. Returns the length, 0 when that is too long. */
static size_t
join(const struct dns_candidates *candidates, const struct dns_search_domain *domain, uint8_t *name)
{
	size_t own = candidates->length - 1u; /* without the root */
	if (own + domain->length > DNS_NAME_MAX) return 0;
	memcpy(name, candidates->name, own);
	memcpy(name + own, domain->name, domain->length);
	return own + domain->length;
}

size_t
dns_candidates_next(struct dns_candidates *candidates, uint8_t *name)
{
	int domains = candidates->search ? candidates->search->count : 0;
	while (candidates->next <= domains) {
		int at = candidates->next++;
		if (at == (candidates->as_it_is_first ? 0 : domains)) {
			if (candidates->never_as_it_is) continue;
			memcpy(name, candidates->name, candidates->length);
			return candidates->length;
		}
		size_t length = join(candidates, &candidates->search->domains[candidates->as_it_is_first ? at - 1 : at], name);
		if (length) return length;
	}
	return 0;
}

/* ---- What programs call --------------------------------------------------------------------------------------------
 */

void
plugin_evdns_base_search_clear(struct evdns_base *base)
{
	dns_client_lock(base);
	base->search_from_file = false;
	dns_search_clear_locked(base);
	dns_client_unlock(base);
}

void
plugin_evdns_base_search_add(struct evdns_base *base, const char *domain)
{
	dns_client_lock(base);
	base->search_from_file = false;
	if (dns_search_add_locked(base, domain, strlen(domain), true) != 0)
		dns_warn("search domain \"%s\" cannot be added", domain);
	dns_client_unlock(base);
}

void
plugin_evdns_base_search_ndots_set(struct evdns_base *base, const int ndots)
{
	dns_client_lock(base);
	dns_search_ndots_locked(base, ndots);
	dns_client_unlock(base);
}
