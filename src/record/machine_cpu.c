/* SPDX-License-Identifier: MIT */
/* Processors, their clocks and what they are busy with. */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "probe/emulation.h"
#include "record/machine.h"
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

const char machine_emulated[] = "user-mode emulation on ";

#define CPU "/sys/devices/system/cpu/"

struct reading machine_kernel(void)
{
	struct utsname u;

	if (uname(&u))
		return machine_unknown("uname: %s", strerror(errno));
	return machine_text("%s %s %s", u.sysname, u.release, u.machine);
}

/* The value of the first line "name : value". */
static struct reading field(const char *path, const char *name)
{
	FILE *f = fopen(path, "re");
	char line[4096];
	size_t len = strlen(name);
	struct reading r = machine_unknown("%s has no `%s'", path, name);

	if (!f)
		return machine_unknown("%s: %s", path, strerror(errno));
	while (!r.known && fgets(line, sizeof line, f)) {
		const char *value = line + len;

		if (strncmp(line, name, len))
			continue;
		value += strspn(value, " \t:");
		r = machine_text("%.*s", (int)strcspn(value, "\n"), value);
	}
	fclose(f);
	return r;
}

/* arm64's /proc/cpuinfo has no names: there the identification register tells the model. */
struct reading machine_processor(void)
{
	struct reading r = field("/proc/cpuinfo", "model name");

	if (!r.known)
		r = machine_file(CPU "cpu0/regs/identification/midr_el1");
	return r;
}

/* On x86 a hypervisor announces itself in CPUID leaf 1 and gives its name in 0x40000000. */
static bool announced(char name[13])
{
#if defined __x86_64__ || defined __i386__
	unsigned a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 31))
		return false;
	__cpuid(0x40000000, a, b, c, d);
	memcpy(name, &b, 4);
	memcpy(name + 4, &c, 4);
	memcpy(name + 8, &d, 4);
	name[12] = '\0';
	return true;
#else
	(void)name;
	return false;
#endif
}

static const char *common_name(const char *signature)
{
	static const char *const names[][2] = {
		{ "KVMKVMKVM", "KVM" },       { "Microsoft Hv", "Hyper-V" },
		{ "VMwareVMware", "VMware" }, { "XenVMMXenVMM", "Xen" },
		{ "TCGTCGTCGTCG", "QEMU" },   { "bhyve bhyve ", "bhyve" },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(signature, names[i][0]))
			return names[i][1];
	return isprint((unsigned char)signature[0]) ? signature : "unnamed";
}

struct reading machine_hypervisor(void)
{
	struct reading product = machine_file("/sys/class/dmi/id/product_name");
	struct reading tree = machine_file("/proc/device-tree/hypervisor/compatible");
	char name[13] = "", kernel[EMULATION_ARCHITECTURE_MAX];

	if (emulation_here(kernel))
		return machine_text("%s%s", machine_emulated, kernel);
	if (announced(name))
		return machine_text("%s%s%s", common_name(name), product.known ? ", " : "",
				    product.known ? product.text : "");
	if (tree.known)
		return tree;
	return machine_text("none");
}

struct reading machine_cpus(void)
{
	struct reading allowed = field("/proc/self/status", "Cpus_allowed_list");
	struct reading online = machine_file(CPU "online");

	if (!allowed.known)
		return allowed;
	return machine_text("%s (%d) of %s", allowed.text, machine_cpus_count(),
			    online.known ? online.text : "an unknown set");
}

/* "0-3,8" is 5. */
int machine_cpus_count(void)
{
	struct reading r = field("/proc/self/status", "Cpus_allowed_list");
	char *at = r.text;
	int n = 0;

	while (r.known && isdigit((unsigned char)*at)) {
		long first = strtol(at, &at, 10), last = first;

		if (*at == '-')
			last = strtol(at + 1, &at, 10);
		n += (int)(last - first + 1);
		at += *at == ',';
	}
	return n;
}

struct reading machine_smt(void)
{
	struct reading active = machine_file(CPU "smt/active");
	struct reading control = machine_file(CPU "smt/control");

	if (!active.known)
		return active;
	return machine_text("%s%s%s", !strcmp(active.text, "1") ? "active" : "not active",
			    control.known ? ", control: " : "", control.known ? control.text : "");
}

/* Every word that some CPU has, each once. */
struct reading machine_governor(void)
{
	struct reading all = { .known = true };
	glob_t found;
	size_t used = 0;

	if (glob(CPU "cpu[0-9]*/cpufreq/scaling_governor", 0, NULL, &found))
		return machine_unknown("this kernel sets no clock (%scpu*/cpufreq)", CPU);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct reading r = machine_file(found.gl_pathv[i]);

		if (r.known && !strstr(all.text, r.text) && used + 40 < sizeof all.text)
			used += (size_t)snprintf(all.text + used, sizeof all.text - used, "%s%.30s",
						 used ? ", " : "", r.text);
	}
	globfree(&found);
	return all;
}

struct reading machine_boost(void)
{
	long long boost = machine_number(CPU "cpufreq/boost");
	long long no_turbo = machine_number(CPU "intel_pstate/no_turbo");

	if (boost >= 0)
		return machine_text(boost ? "on" : "off");
	if (no_turbo >= 0)
		return machine_text(no_turbo ? "off" : "on");
	return machine_unknown("this kernel has no switch for it (%scpufreq/boost)", CPU);
}

struct reading machine_clock_source(void)
{
	return machine_file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
}

struct reading machine_isolated(void)
{
	struct reading r = machine_file(CPU "isolated");

	return r.known && !r.text[0] ? machine_text("none") : r;
}

struct reading machine_mitigations(void)
{
	glob_t found;
	int mitigated = 0, vulnerable = 0, unaffected = 0;

	if (glob(CPU "vulnerabilities/*", 0, NULL, &found))
		return machine_unknown(CPU "vulnerabilities is not there");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct reading r = machine_file(found.gl_pathv[i]);

		mitigated += !strncmp(r.text, "Mitigation", 10);
		vulnerable += !strncmp(r.text, "Vulnerable", 10);
		unaffected += !strncmp(r.text, "Not affected", 12);
	}
	globfree(&found);
	return machine_text("%d mitigated, %d left vulnerable, %d do not affect it", mitigated,
			    vulnerable, unaffected);
}

struct reading machine_load(void)
{
	struct reading r = machine_file("/proc/loadavg");
	double one, five, fifteen;

	if (!r.known || sscanf(r.text, "%lf %lf %lf", &one, &five, &fifteen) != 3)
		return r;
	return machine_text("%.2f %.2f %.2f over 1, 5, 15 min", one, five, fifteen);
}

struct reading machine_perf(void)
{
	return machine_file("/proc/sys/kernel/perf_event_paranoid");
}

struct reading machine_gnuplot(void)
{
	char line[128] = "";
	FILE *f = popen("gnuplot --version 2>/dev/null", "re");

	if (f && !fgets(line, sizeof line, f))
		line[0] = '\0';
	if (f)
		pclose(f);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "gnuplot ", 8))
		return machine_unknown("no gnuplot on the path");
	return machine_text("%s", line + 8);
}

/* Ticks of all CPUs since boot: all of them, and the stolen ones (proc(5)). guest and guest_nice
 * are left out: user and nice contain them. */
static bool ticks(double *all, double *stolen)
{
	double t[8];
	struct reading r = machine_file("/proc/stat");

	if (!r.known || sscanf(r.text, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &t[0], &t[1], &t[2],
			       &t[3], &t[4], &t[5], &t[6], &t[7]) != 8)
		return false;
	*all = 0;
	for (int i = 0; i < 8; i++)
		*all += t[i];
	*stolen = t[7];
	return true;
}

double machine_steal(uint64_t ns)
{
	double all, stolen, all_later, stolen_later;
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000u),
			      .tv_nsec = (long)(ns % 1000000000u) };

	if (!ticks(&all, &stolen))
		return NAN;
	nanosleep(&t, NULL);
	if (!ticks(&all_later, &stolen_later) || all_later <= all)
		return NAN;
	return (stolen_later - stolen) / (all_later - all);
}
