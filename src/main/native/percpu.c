/* The version of the binary interface between this library and its Java bindings. */
int percpu_abi_version(void);

int percpu_abi_version(void)
{
	return 1;
}
